/// How large a document may be before it is refused unread.
///
/// They bound memory and time for input that anybody on the network can send. Two more bounds are fixed,
/// because no real form comes near them: 64 attributes on one element, 256 namespace declarations in one
/// document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the document in bytes.
    pub bytes: usize,
    /// Levels of elements, the root being level 1.
    pub depth: usize,
    /// Number of elements; comments, CDATA sections and processing instructions count as well.
    pub elements: usize,
}

impl Limits {
    /// For submissions: 4 MiB, 64 levels, 100,000 elements. A long interview is about 40 kB.
    pub const SUBMISSION: Limits = Limits { bytes: 4 << 20, depth: 64, elements: 100_000 };
    /// For forms: 32 MiB, 128 levels, 2,000,000 elements. A form with 5,000 choices is about 1 MB.
    pub const FORM: Limits = Limits { bytes: 32 << 20, depth: 128, elements: 2_000_000 };
}
