//! A running Central, as its API shows it.

use std::io::Read;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Response;

use crate::Trouble;

/// How often a request is made before the server counts as gone.
const ATTEMPTS: u32 = 4;
/// The most bytes of an answer that is held in memory.
const MOST_HELD: u64 = 256 << 20;

/// A server that is logged in to.
pub(super) struct Remote {
    agent: Agent,
    base: String,
    authorization: String,
}

/// Everything but letters, figures and a few marks percent-encoded.
pub(super) fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

impl Remote {
    /// Logs in.
    pub(super) fn log_in(url: &str, email: &str, password: &str) -> Result<Remote, Trouble> {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_secs(300)))
            .build()
            .into();
        let base = format!("{}/v1", url.trim_end_matches('/').trim_end_matches("/v1"));
        let mut remote = Remote { agent, base, authorization: String::new() };
        let body = json!({ "email": email, "password": password }).to_string();
        let address = format!("{}/sessions", remote.base);
        let sent = remote.agent.post(&address).content_type("application/json").send(body.as_bytes());
        let mut answer = sent.map_err(|error| remote.gone("/sessions", &error.to_string()))?;
        if answer.status().as_u16() == 401 {
            return Err(Trouble::new(format!("{url} does not know this email and password; check both")));
        }
        let session = read_json(&mut answer, "/sessions")?;
        let token = session.get("token").and_then(Value::as_str).ok_or_else(|| {
            Trouble::new(format!("{url} gave no session; is it the address of an ODK Central?"))
        })?;
        remote.authorization = format!("Bearer {token}");
        Ok(remote)
    }

    fn gone(&self, path: &str, cause: &str) -> Trouble {
        Trouble::new(format!(
            "{}{path} did not answer ({cause}); what was copied stays, run the same command again to go on",
            self.base
        ))
    }

    /// Asks again after a moment where the server does not answer or says that it cannot.
    fn ask(&self, path: &str) -> Result<Response<ureq::Body>, Trouble> {
        let address = format!("{}{path}", self.base);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let sent = self.agent.get(&address).header("Authorization", &self.authorization).call();
            let cause = match sent {
                Ok(answer) if answer.status().is_server_error() || answer.status().as_u16() == 429 => {
                    answer.status().to_string()
                }
                Ok(answer) => return Ok(answer),
                Err(error) => error.to_string(),
            };
            if attempt == ATTEMPTS {
                return Err(self.gone(path, &cause));
            }
            std::thread::sleep(Duration::from_millis(250 << attempt));
        }
    }

    /// The answer, or none where there is nothing.
    fn found(&self, path: &str) -> Result<Option<Response<ureq::Body>>, Trouble> {
        let answer = self.ask(path)?;
        match answer.status().as_u16() {
            404 => Ok(None),
            status if status >= 400 => Err(Trouble::new(format!(
                "{}{path} answered {status}; does the account have the right to see the whole project?",
                self.base
            ))),
            _ => Ok(Some(answer)),
        }
    }

    /// JSON; none where there is nothing.
    pub(super) fn json(&self, path: &str) -> Result<Option<Value>, Trouble> {
        match self.found(path)? {
            Some(mut answer) => read_json(&mut answer, path).map(Some),
            None => Ok(None),
        }
    }

    /// A list, empty where there is nothing.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Value>, Trouble> {
        match self.json(path)? {
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(Trouble::new(format!("{}{path} did not answer with a list", self.base))),
            None => Ok(Vec::new()),
        }
    }

    /// A whole document; none where there is nothing.
    pub(super) fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let Some(mut answer) = self.found(path)? else { return Ok(None) };
        let read = answer.body_mut().with_config().limit(MOST_HELD).read_to_vec();
        read.map(Some).map_err(|error| self.gone(path, &error.to_string()))
    }

    /// A file, handed on piece by piece; tells whether there is one.
    pub(super) fn file(
        &self,
        path: &str,
        mut take: impl FnMut(&[u8]) -> Result<(), Trouble>,
    ) -> Result<bool, Trouble> {
        let Some(answer) = self.found(path)? else { return Ok(false) };
        let mut reader = answer.into_body().into_reader();
        let mut piece = vec![0; 64 << 10];
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok(true),
                Ok(length) => take(piece.get(..length).unwrap_or_default())?,
                Err(error) => return Err(self.gone(path, &error.to_string())),
            }
        }
    }
}

fn read_json(answer: &mut Response<ureq::Body>, path: &str) -> Result<Value, Trouble> {
    let status = answer.status();
    let bytes = answer.body_mut().with_config().limit(MOST_HELD).read_to_vec();
    let bytes = bytes.map_err(|error| Trouble::new(format!("{path} ended in the middle: {error}")))?;
    serde_json::from_slice(&bytes)
        .map_err(|_| Trouble::new(format!("{path} did not answer with JSON (status {status})")))
}
