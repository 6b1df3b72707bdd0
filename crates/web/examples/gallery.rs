//! `cargo run -p web --example gallery`: the gallery of patterns on 127.0.0.1:8466 (debug builds only).

#[tokio::main]
async fn main() -> std::io::Result<()> {
    #[cfg(debug_assertions)]
    {
        let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8466".to_owned());
        let listener = tokio::net::TcpListener::bind(address).await?;
        axum::serve(listener, web::gallery::gallery_router()).await?;
    }
    Ok(())
}
