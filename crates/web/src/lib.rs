//! HTTP: the phone's door, pages for members.
