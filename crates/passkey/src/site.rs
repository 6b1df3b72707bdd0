//! Where passkeys belong: one origin, and the host in it.

use core::net::{Ipv4Addr, Ipv6Addr};

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A server as a browser names it. Passkeys are bound to its host (the relying party id).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    origin: String,
    host: String,
}

/// Why a server can have no passkeys under an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SiteError {
    /// Browsers offer passkeys only over https, or on the machine itself.
    #[error("browsers offer passkeys only over https and on localhost; serve this address over https")]
    NotSecure,
    /// A number is no name that a passkey can be bound to.
    #[error("a passkey is bound to a name, and this address is a number; give the server a name")]
    Number,
    /// Not an address.
    #[error("this is no address of a server; write it as https://monitor.example.org")]
    NoAddress,
}

impl Site {
    /// Reads `https://monitor.example.org`, with a port if it has one; a path is left out. A name in other letters than
    /// ASCII must be written in its ASCII form (`xn--…`), as browsers do.
    pub fn of(address: &str) -> Result<Site, SiteError> {
        let address = address.trim().to_ascii_lowercase();
        let (scheme, rest) = address.split_once("://").ok_or(SiteError::NoAddress)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.starts_with('[') {
            return Err(SiteError::Number);
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| SiteError::NoAddress)?)),
            None => (authority, None),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if host.is_empty() || !host.bytes().all(plain) {
            return Err(SiteError::NoAddress);
        }
        if host.parse::<Ipv4Addr>().is_ok() || host.parse::<Ipv6Addr>().is_ok() {
            return Err(SiteError::Number);
        }
        let usual = match scheme {
            "https" => 443,
            "http" if host == "localhost" || host.ends_with(".localhost") => 80,
            "http" => return Err(SiteError::NotSecure),
            _ => return Err(SiteError::NoAddress),
        };
        // Browsers leave the usual port out of an origin.
        let origin = match port.filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Ok(Site { origin, host: host.to_owned() })
    }

    /// Scheme, host and port, as browsers write them.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host that passkeys are bound to.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn host_hash(&self) -> [u8; 32] {
        Sha256::digest(self.host.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_the_origin_that_browsers_write() {
        for (address, origin, host) in [
            ("https://Monitor.Example.org", "https://monitor.example.org", "monitor.example.org"),
            ("https://a.example:443/x?y", "https://a.example", "a.example"),
            ("https://a.example:8443", "https://a.example:8443", "a.example"),
            ("http://localhost:8383", "http://localhost:8383", "localhost"),
            ("http://demo.localhost", "http://demo.localhost", "demo.localhost"),
        ] {
            let site = Site::of(address).unwrap();
            assert_eq!((site.origin(), site.host()), (origin, host));
        }
    }

    #[test]
    fn where_browsers_offer_no_passkeys_it_is_said_why() {
        for (address, error) in [
            ("http://monitor.example.org", SiteError::NotSecure),
            ("http://abcdefabcdef.onion", SiteError::NotSecure),
            ("http://localhost.example.org", SiteError::NotSecure),
            ("https://192.0.2.1", SiteError::Number),
            ("http://127.0.0.1:8383", SiteError::Number),
            ("https://[2001:db8::1]:8443", SiteError::Number),
            ("monitor.example.org", SiteError::NoAddress),
            ("ftp://monitor.example.org", SiteError::NoAddress),
            ("https://", SiteError::NoAddress),
            ("https://user@monitor.example.org", SiteError::NoAddress),
            ("https://등대.example", SiteError::NoAddress),
            ("https://a.example:99999", SiteError::NoAddress),
        ] {
            assert_eq!(Site::of(address), Err(error), "{address}");
        }
    }
}
