//! A browser for tests: Chromium, asked through chromedriver.
//!
//! ```text
//! let Some(browser) = Browser::start().await else { return };   // prints "skipped: …" without Chromium
//! let server = serve(router).await;
//! browser.check(&server.url("/gallery?lang=ko"), "gallery-ko").await;
//! browser.quit().await;
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::Method;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// Widths that every page must fit, in CSS pixels.
pub const WIDTHS: [u32; 3] = [360, 720, 1280];

/// A server on a free port of this machine.
pub struct Server {
    origin: String,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// A page's whole address.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves routes until the server is dropped.
pub async fn serve(routes: axum::Router) -> Server {
    serve_as("127.0.0.1", routes).await
}

/// The same under a name of this machine: passkeys are bound to a name.
pub async fn serve_as(host: &str, routes: axum::Router) -> Server {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{host}:{}", listener.local_addr().unwrap().port());
    let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    Server { origin, task }
}

/// A browser with a fresh profile. [`Browser::client`] is fantoccini's, for finding, clicking and typing.
pub struct Browser {
    /// The WebDriver session.
    pub client: Client,
    driver: Driver,
}

struct Driver {
    process: Child,
    port: u16,
    session: Option<String>,
    _profile: tempfile::TempDir,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A test that fails must not leave its browser behind: the driver closes it when the session is deleted.
        if let Some(session) = &self.session {
            let _ = delete_session(self.port, session);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn delete_session(port: u16, session: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n"
    )?;
    stream.read(&mut [0; 512]).map(drop)
}

impl Browser {
    /// Starts one, or prints why not.
    pub async fn start() -> Option<Browser> {
        let Some(chromium) =
            ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| is_there(name))
        else {
            eprintln!("skipped: chromium not found (apt-get install chromium chromium-driver)");
            return None;
        };
        if !is_there("chromedriver") {
            eprintln!("skipped: chromedriver not found (apt-get install chromium-driver)");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut driver = Driver { process, port: 0, session: None, _profile: profile };
        driver.port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                line.rsplit_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        let options = json!({
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": {
                "binary": which(chromium),
                "args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
                    format!("--user-data-dir={}", driver._profile.path().display()),
                ],
            },
        });
        let Value::Object(capabilities) = options else { return None };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("chromedriver starts a browser");
        driver.session = client.session_id().await.ok().flatten();
        Some(Browser { client, driver })
    }

    /// Ends the browser. (It also ends when this is dropped.)
    pub async fn quit(mut self) {
        self.driver.session = None;
        let _ = self.client.close().await;
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Presses what leads to another page, and waits until that page is there whole: a click may come back before the
    /// answer does, and what is found meanwhile belongs to the page that goes away.
    pub async fn go(&self, css: &str) {
        self.client.execute("window.goesAway = true", Vec::new()).await.unwrap();
        self.client.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
        let there = "return !window.goesAway && document.readyState === 'complete'";
        self.wait_until(&format!("{css} leads to a page"), there).await;
    }

    /// Sets the width of the screen in CSS pixels, phones' included.
    pub async fn width(&self, width: u32) {
        let height = if width < 720 { 740 } else { 900 };
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 720 });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Asks for the light or the dark colours.
    pub async fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Shows pages as they are printed, or as on a screen.
    pub async fn print(&self, print: bool) {
        self.cdp("Emulation.setEmulatedMedia", json!({ "media": if print { "print" } else { "" } })).await;
    }

    /// Lets pages run scripts, or not. Holds from the next page on.
    pub async fn scripts(&self, on: bool) {
        self.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": !on })).await;
    }

    /// Draws the whole page into `target/tmp/browser/NAME.png` and returns the file's path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        use base64::Engine as _;
        let shot = self.cdp("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        let bytes = base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("browser");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, bytes).unwrap();
        file
    }

    /// Opens a page at every width, in light and dark, and checks that nothing runs over its edge, that axe finds
    /// nothing, and that the console is silent. Leaves screenshots. Tells every fault, not only the first.
    pub async fn check(&self, url: &str, name: &str) {
        self.said().await;
        let mut faults = Vec::new();
        for width in WIDTHS {
            self.width(width).await;
            for dark in [false, true] {
                self.dark(dark).await;
                self.open(url).await;
                let at = format!("{name}-{width}-{}", if dark { "dark" } else { "light" });
                self.screenshot(&at).await;
                faults.extend(
                    self.overflow().await.into_iter().map(|fault| format!("{at}: over the edge: {fault}")),
                );
                faults.extend(self.axe().await.into_iter().map(|fault| format!("{at}: axe: {fault}")));
                // A page that is itself a refusal has a status that the console repeats.
                let own_status = format!("{url} - Failed to load resource");
                let said = self.said().await.into_iter().filter(|line| !line.starts_with(&own_status));
                faults.extend(said.map(|fault| format!("{at}: console: {fault}")));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// The elements that stand out over the right edge of the page; none is right.
    pub async fn overflow(&self) -> Vec<String> {
        let script = r#"
            const edge = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= edge) return [];
            return [...document.body.querySelectorAll("*")]
                .filter((element) => element.getBoundingClientRect().right > edge + 0.5)
                .map((element) => element.tagName + "." + element.className).slice(0, 8);"#;
        strings(self.client.execute(script, Vec::new()).await.unwrap())
    }

    /// What axe finds, one line each; none is right.
    pub async fn axe(&self) -> Vec<String> {
        self.client.execute(include_str!("axe.min.js"), Vec::new()).await.unwrap();
        let script = r#"
            const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ["violations"] })
                .then((found) => done(found.violations.flatMap((violation) =>
                    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} (${node.failureSummary})`))))
                .catch((error) => done([String(error)]));"#;
        strings(self.client.execute_async(script, Vec::new()).await.unwrap())
    }

    /// What the console said since it was last asked: errors of scripts, of the network and of the content policy.
    pub async fn said(&self) -> Vec<String> {
        let lines = self.log("browser").await;
        lines.iter().map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The addresses that were asked for since this was last asked.
    pub async fn requests(&self) -> Vec<String> {
        let lines = self.log("performance").await;
        let sent = lines.iter().filter_map(|line| {
            let message: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
            let event = &message["message"];
            (event["method"] == "Network.requestWillBeSent")
                .then(|| event["params"]["request"]["url"].as_str().map(str::to_owned))?
        });
        sent.filter(|url| {
            !url.starts_with("data:") && !url.starts_with("blob:") && !url.starts_with("chrome")
        })
        .collect()
    }

    /// Waits until a script returns true; fails after ten seconds with what it waited for.
    pub async fn wait_until(&self, what: &str, script: &str) {
        for _ in 0..100 {
            // Between two pages there is nothing to run a script in.
            if self.client.execute(script, Vec::new()).await.is_ok_and(|answer| answer == Value::Bool(true)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let said = self.said().await;
        panic!("waited in vain until {what}; the console said {said:?}");
    }

    /// A command of Chrome's own protocol.
    pub async fn cdp(&self, method: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": method, "params": parameters });
        self.client.issue_cmd(Extra::post("goog/cdp/execute", body)).await.unwrap()
    }

    /// A command about virtual authenticators (Web Authentication §12).
    pub async fn authenticators(&self, method: Method, path: &str, body: Value) -> Value {
        let path = format!("webauthn/authenticator{path}");
        self.client.issue_cmd(Extra { method, path, body }).await.unwrap()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let answer = self.client.issue_cmd(Extra::post("se/log", json!({ "type": kind }))).await.unwrap();
        answer.as_array().cloned().unwrap_or_default()
    }
}

/// A command that fantoccini does not know.
#[derive(Debug)]
struct Extra {
    method: Method,
    path: String,
    body: Value,
}

impl Extra {
    fn post(path: &str, body: Value) -> Extra {
        Extra { method: Method::POST, path: path.to_owned(), body }
    }
}

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        let body = (self.method == Method::POST).then(|| self.body.to_string());
        (self.method.clone(), body)
    }
}

fn strings(value: Value) -> Vec<String> {
    let list = value.as_array().cloned().unwrap_or_default();
    list.iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect()
}

fn which(program: &str) -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_default()
}

fn is_there(program: &str) -> bool {
    which(program).is_file()
}
