// echo-tokio --port P: as a user of tokio writes it, on one thread.
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

async fn echo(mut peer: TcpStream) -> std::io::Result<()> {
    let mut room = vec![0u8; 65536];
    loop {
        let size = peer.read(&mut room).await?;
        if size == 0 {
            return Ok(());
        }
        peer.write_all(&room[..size]).await?;
    }
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    socket.listen(4096)
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(2).expect("usage: echo-tokio --port P").parse().expect("a port");
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    here.block_on(async {
        let listener = listen(port)?;
        println!("listening on 127.0.0.1:{port}");
        loop {
            let (peer, _) = listener.accept().await?;
            peer.set_nodelay(true)?;
            // Its end, in whatever way, is the client's business.
            tokio::spawn(async move { drop(echo(peer).await) });
        }
    })
}
