//! `serve`: listening, and the small things that are done every minute.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use desk::Desk;
use tokio::net::TcpListener;
use web::room::{Web, WebOptions};

use crate::command::Serve;
use crate::data::{self, Configuration};
use crate::member::existing;
use crate::{Outcome, Trouble};

const USUAL: &str = "127.0.0.1:8383";
/// How long running requests may take after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until it is told to stop.
pub(crate) fn serve(serve: &Serve) -> Outcome {
    let configuration = existing(&serve.data)?;
    let listen = serve.listen.or(configuration.listen);
    let listen = match listen {
        Some(listen) => listen,
        None => USUAL.parse().map_err(|_| Trouble::new("the usual address is wrong"))?,
    };
    let database = serve.database.clone().or(configuration.database.clone());
    data::runtime()?.block_on(async {
        let desk = data::open_desk(&serve.data, database, configuration.options()).await?;
        if !desk.has_members().await? {
            return Err(Trouble::new(format!(
                "{} has no members yet; make the first with `deungdae init`",
                serve.data.display()
            )));
        }
        listen_on(listen, Arc::new(desk), &configuration, &serve.data).await
    })
}

/// Listens until the process is told to stop (Ctrl-C or SIGTERM), then lets running requests end.
pub(crate) async fn listen_on(
    listen: SocketAddr,
    desk: Arc<Desk>,
    configuration: &Configuration,
    data: &Path,
) -> Outcome {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Trouble::new(format!("{listen} cannot be listened on: {error}; choose another with --listen"))
    })?;
    let address = listener.local_addr()?;
    let options =
        WebOptions { address: configuration.address.clone(), behind_proxy: configuration.behind_proxy };
    let app = web::router(Web { desk: desk.clone(), options: Arc::new(options) });
    let chores = tokio::spawn(chores(desk));
    tracing::info!("serving {} on http://{address}", data.display());
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let stop = async {
        stopped().await;
        tracing::info!("stopping");
        // A client that keeps its connection open must not keep the server from stopping.
        tokio::spawn(async {
            tokio::time::sleep(GRACE).await;
            std::process::exit(0);
        });
    };
    axum::serve(listener, service).with_graceful_shutdown(stop).await?;
    chores.abort();
    Ok(ExitCode::SUCCESS)
}

/// Forgets keys that have been idle for too long; applies offline updates that have waited for too long.
async fn chores(desk: Arc<Desk>) {
    let mut minute = tokio::time::interval(Duration::from_secs(15));
    let mut turns = 0_u32;
    loop {
        minute.tick().await;
        desk.lock_idle();
        turns = turns.wrapping_add(1);
        if turns % 240 == 1 {
            if let Err(error) = desk.apply_overdue().await {
                tracing::warn!("offline updates that wait were not applied: {error}");
            }
            if let Err(error) = desk.sweep_files().await {
                tracing::warn!("files without a record were not removed: {error}");
            }
        }
    }
}

async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(_) => {
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
