//! Cookies: which names, which attributes.

use axum::http::{HeaderMap, HeaderValue, header};

/// Reads a cookie by its plain name, whether it was set with the `__Host-` prefix or, on plain http, without.
/// The prefixed one wins: a page on plain http cannot have set it.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = || {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
    };
    let protected = pairs().find(|(key, _)| key.strip_prefix("__Host-") == Some(name));
    protected.or_else(|| pairs().find(|(key, _)| *key == name)).map(|(_, value)| value)
}

/// A `Set-Cookie` that lives as long as the browser does and is sent only from our own pages. With `secure` it has
/// the `__Host-` prefix (RFC 6265bis §4.1.3.2); without, the plain name, for http on the machine itself.
/// `None` where name or value hold a character that a cookie cannot carry.
pub fn session(name: &str, value: &str, secure: bool) -> Option<HeaderValue> {
    build(name, value, secure, "; HttpOnly; SameSite=Strict")
}

/// A `Set-Cookie` that makes the browser forget the cookie.
pub fn forget(name: &str, secure: bool) -> Option<HeaderValue> {
    build(name, "", secure, "; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// A `Set-Cookie` for the language: kept a year, sent also when another page links here.
pub fn language(code: &str) -> Option<HeaderValue> {
    build(crate::frame::LANGUAGE_COOKIE, code, false, "; HttpOnly; SameSite=Lax; Max-Age=31536000")
}

fn build(name: &str, value: &str, secure: bool, attributes: &str) -> Option<HeaderValue> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && !b";,\"\\=".contains(&byte));
    let value_is_plain = plain(value.trim_end_matches('='));
    if !plain(name) || !value_is_plain {
        return None;
    }
    let (prefix, suffix) = if secure { ("__Host-", "; Secure") } else { ("", "") };
    HeaderValue::from_str(&format!("{prefix}{name}={value}; Path=/{attributes}{suffix}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protected_cookie_wins() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("session=forged; __Host-session=true; language=ko"),
        );
        assert_eq!(read(&headers, "session"), Some("true"));
        assert_eq!(read(&headers, "language"), Some("ko"));
        assert_eq!(read(&headers, "other"), None);
    }

    #[test]
    fn a_value_cannot_add_attributes() {
        assert_eq!(session("session", "a; Domain=evil.example", true), None);
        assert_eq!(session("session", "a\r\nX: y", true), None);
        assert_eq!(
            session("session", "AbC-_9==", true).unwrap(),
            "__Host-session=AbC-_9==; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
    }
}
