// udp-tokio --port P: as a user of tokio writes it, on one thread.
use tokio::net::UdpSocket;

fn main() -> std::io::Result<()> {
    let port: u16 = std::env::args().nth(2).expect("usage: udp-tokio --port P").parse().expect("a port");
    let here = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    here.block_on(async {
        let endpoint = UdpSocket::bind(("127.0.0.1", port)).await?;
        println!("listening on 127.0.0.1:{port}");
        let mut room = vec![0u8; 65536];
        loop {
            let (size, from) = endpoint.recv_from(&mut room).await?;
            endpoint.send_to(&room[..size], from).await?;
        }
    })
}
