//! Reading a submission as it streams in: the XML is kept (it is small), files are sealed piece by piece on their way
//! to the disk and never held whole.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use desk::xforms::Limits;
use desk::{Desk, IncomingFile};
use futures_util::Stream;
use multer::{Constraints, Multipart, SizeLimit};

use super::trouble::{Answer, Code, Problem};

/// The most that one request may hold: the largest file and everything around it.
pub const MOST_BYTES: u64 = 300 << 20;
/// The most files in one request. Phones spread more over several requests.
pub const MOST_FILES: usize = 500;
/// The most bytes between two parts (their headers), and so the most that is held in memory beside the XML.
const MOST_BETWEEN: usize = 1 << 20;
/// How long a client may be silent in the middle of a request; a minute, unless the request carries another one among
/// its extensions.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

impl Default for Patience {
    fn default() -> Patience {
        Patience(Duration::from_secs(60))
    }
}

/// How much of a refused request is still read, so that the client can finish sending and hears the answer.
const MOST_DRAINED: usize = 4 << 20;
const XML_PART: &str = "xml_submission_file";
/// A mark of older phones that more files will follow; it is no file.
const INCOMPLETE_MARK: &str = "*isIncomplete*";

/// A submission as it came: not read yet.
pub struct Posted {
    /// The XML.
    pub xml: Vec<u8>,
    /// The files beside it. Dropped, they leave nothing on the disk.
    pub files: Vec<IncomingFile>,
}

/// Takes a request's parts in whatever order they come.
pub async fn read(desk: &Desk, request: Request) -> Answer<Posted> {
    let (parts, body) = request.into_parts();
    let patience = parts.extensions.get().copied().unwrap_or_default();
    let mut stream = body.into_data_stream();
    let taken = take(desk, &parts.headers, patience, &mut stream).await;
    if taken.is_err() {
        drain(&mut stream).await;
    }
    taken
}

async fn take<S, E>(desk: &Desk, headers: &HeaderMap, patience: Patience, stream: &mut S) -> Answer<Posted>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin + Send,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let boundary =
        multer::parse_boundary(header(header::CONTENT_TYPE).unwrap_or_default()).map_err(refuse)?;
    let declared = header(header::CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MOST_BYTES) {
        return Err(too_long());
    }
    let held = Arc::new(AtomicUsize::new(0));
    let paced = Paced { inner: stream, held: held.clone(), resting: false };
    let limits = SizeLimit::new().whole_stream(MOST_BYTES);
    let mut parts = Multipart::with_constraints(paced, boundary, Constraints::new().size_limit(limits));
    let (mut xml, mut files) = (None, Vec::new());
    loop {
        held.store(0, Ordering::Relaxed);
        let Some(mut part) = patient(patience, parts.next_field()).await? else { break };
        let name = part.name().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(refuse_format("a part has no name, or one that is not UTF-8"));
        }
        if name == XML_PART {
            if xml.is_some() {
                return Err(refuse_format(&format!("there are two parts named {XML_PART}")));
            }
            let mut text = Vec::new();
            while let Some(piece) = next_piece(&mut part, patience, &held).await? {
                if text.len() + piece.len() > Limits::SUBMISSION.bytes {
                    let most = Limits::SUBMISSION.bytes >> 20;
                    return Err(Problem::too_large(format!("{XML_PART} is larger than {most} MiB.")));
                }
                text.extend_from_slice(&piece);
            }
            xml = Some(text);
        } else if name == INCOMPLETE_MARK {
            while next_piece(&mut part, patience, &held).await?.is_some() {}
        } else {
            if files.len() >= MOST_FILES {
                let message =
                    format!("There are more than {MOST_FILES} files in one request; send them in several.");
                return Err(Problem::too_large(message));
            }
            let mut file = desk.incoming_file(&name)?;
            if let Some(kind) = part.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
                file.set_media_type(kind);
            }
            while let Some(piece) = next_piece(&mut part, patience, &held).await? {
                file.push(&piece)?;
            }
            files.push(file);
        }
    }
    Ok(Posted { xml: xml.ok_or_else(no_xml)?, files })
}

fn no_xml() -> Problem {
    let message = format!("Required multipart POST field {XML_PART} missing.");
    Problem::new(Code::MISSING_MULTIPART_FIELD, message).with(serde_json::json!({ "field": XML_PART }))
}

async fn next_piece(
    part: &mut multer::Field<'_>,
    patience: Patience,
    held: &AtomicUsize,
) -> Answer<Option<Bytes>> {
    held.store(0, Ordering::Relaxed);
    patient(patience, part.chunk()).await
}

/// Waits for the client, but not for ever.
async fn patient<T>(patience: Patience, coming: impl Future<Output = Result<T, multer::Error>>) -> Answer<T> {
    match tokio::time::timeout(patience.0, coming).await {
        Ok(came) => came.map_err(refuse),
        Err(_) => {
            Err(Problem::new(Code::TOO_SLOW, "The rest of the request did not come in time; send it again."))
        }
    }
}

/// Reads on a little after a refusal: a client that is still sending does not listen yet.
async fn drain<S, E>(stream: &mut S)
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    let mut left = MOST_DRAINED;
    let draining = async {
        while let Some(Ok(piece)) = std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(2), draining).await;
}

fn refuse(error: multer::Error) -> Problem {
    match error {
        // As Central answers: what is no form has no fields.
        multer::Error::NoMultipart | multer::Error::DecodeContentType(_) => no_xml(),
        multer::Error::NoBoundary => broken("Multipart: Boundary not found"),
        multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => broken("Unexpected end of form"),
        multer::Error::ReadHeaderFailed(_) => broken("Malformed part header"),
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => too_long(),
        multer::Error::StreamReadFailed(cause) if cause.is::<TooMuchBetween>() => {
            Problem::too_large("The headers of a part are too long.")
        }
        error => refuse_format(&error.to_string()),
    }
}

/// A form that cannot be taken apart, in Central's words.
fn broken(why: &str) -> Problem {
    Problem::new(Code::MULTIPART, "Multipart form content failed to parse.").with(why.into())
}

fn too_long() -> Problem {
    Problem::too_large(format!("The request is larger than {} MiB.", MOST_BYTES >> 20))
}

fn refuse_format(why: &str) -> Problem {
    Problem::unparseable("multipart/form-data", why)
}

#[derive(Debug, thiserror::Error)]
#[error("too much between two parts")]
struct TooMuchBetween;

/// Hands the parser one piece at a time. The parser takes everything that is ready into its memory before it gives
/// any of it out; a rest after each piece makes it give out first. What it holds back all the same (the headers of a
/// part that never end) is counted and bounded.
struct Paced<'s, S> {
    inner: &'s mut S,
    held: Arc<AtomicUsize>,
    resting: bool,
}

impl<S, E> Stream for Paced<'_, S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.resting) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match Pin::new(&mut *self.inner).poll_next(context) {
            Poll::Ready(Some(Ok(piece))) => {
                self.resting = true;
                let before = self.held.fetch_add(piece.len(), Ordering::Relaxed);
                // The first piece may be of any size; it is what the connection had in its own buffer.
                if before > MOST_BETWEEN {
                    return Poll::Ready(Some(Err(Box::new(TooMuchBetween))));
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}
