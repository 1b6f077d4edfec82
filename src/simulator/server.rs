//! The wire: HTTP/1.1 and HTTP/2, over TLS by ALPN or in clear text, on loopback.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// In the extensions of a response: send nothing and cut the connection instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutConnection;

/// The error by which hyper is made to cut: over HTTP/1.1 the connection, over HTTP/2 the stream alone, so that the
/// other calls on the connection keep their answers and the ledger stays right about them.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost on purpose")]
struct Lost;

impl CutConnection {
    pub(crate) fn response() -> Response {
        let mut response = ().into_response();
        response.extensions_mut().insert(Self);
        response
    }
}

/// How a connection is spoken to.
#[derive(Clone)]
pub(crate) enum Wire {
    Tls(TlsAcceptor),
    Clear,
}

/// In the extensions of a request: the scheme that the client used, so that links lead back the same way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scheme(pub(crate) &'static str);

/// Serves until it is dropped, and every connection ends with it. As long as it is `dark`, nothing gets through.
pub(crate) async fn serve(mut listener: TcpListener, wire: Wire, router: Router, mut dark: watch::Receiver<bool>) {
    let Ok(address) = listener.local_addr() else { return };
    loop {
        tokio::select! {
            () = accept(listener, &wire, &router) => {}
            // The sender lives as long as the simulator.
            _ = dark.wait_for(|dark| *dark) => {}
        }
        let refusing = refuse(address).await;
        let _ = dark.wait_for(|dark| !*dark).await;
        match refusing.listen(1_024) {
            Ok(again) => listener = again,
            Err(_) => return,
        }
    }
}

/// Keeps the port: a socket that is bound and does not listen refuses every connection.
async fn refuse(address: SocketAddr) -> TcpSocket {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Connections that have just been cut still linger on it.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok::<_, std::io::Error>(socket)
    };
    loop {
        match bind() {
            Ok(socket) => return socket,
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

async fn accept(listener: TcpListener, wire: &Wire, router: &Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(converse(stream, wire.clone(), router.clone()))),
                // Out of file handles, most likely: they come back when connections end.
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, wire: Wire, router: Router) {
    // Answers are small and awaited: they must not wait for company.
    let _ = stream.set_nodelay(true);
    match wire {
        Wire::Clear => answer_calls(stream, Scheme("http"), router).await,
        // A client that does not trust the certificate goes away here; it knows why.
        Wire::Tls(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                answer_calls(stream, Scheme("https"), router).await;
            }
        }
    }
}

async fn answer_calls(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, scheme: Scheme, router: Router) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(scheme);
        let answer = hyper::service::Service::call(&router, request);
        async move {
            let response = answer.await.unwrap_or_else(|never: Infallible| match never {});
            if response.extensions().get::<CutConnection>().is_some() { Err(Lost) } else { Ok(response) }
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http2().max_concurrent_streams(1_000);
    // How a connection ends is the client's business.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}
