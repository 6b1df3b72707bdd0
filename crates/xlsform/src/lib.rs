//! XLSForm to ODK XForm XML, with pyxform's rules and messages.
