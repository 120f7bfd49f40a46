//! A way to a server that breaks where a test wants it to.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::server::HOST;

/// How long a message that is answered only later is waited for.
const MOMENT: Duration = Duration::from_millis(30);

/// Messages of the client are counted from 1, over all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    Never,
    /// The message does not arrive.
    Before(usize),
    /// It arrives, what it asks for is done, and nobody hears of it.
    After(usize),
}

/// Stands between a client and a server, both of this machine.
pub struct Cut {
    port: u16,
    messages: Arc<AtomicUsize>,
}

impl Cut {
    pub fn before(server: u16, at: Break) -> io::Result<Self> {
        let listener = TcpListener::bind((HOST, 0))?;
        let port = listener.local_addr()?.port();
        let messages = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&messages);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect((HOST, server)) else { continue };
                let counted = Arc::clone(&counted);
                thread::spawn(move || relay(&client, &server, at, &counted));
            }
        });
        Ok(Self { port, messages })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn messages(&self) -> usize {
        self.messages.load(Ordering::SeqCst)
    }
}

fn relay(client: &TcpStream, server: &TcpStream, at: Break, counted: &AtomicUsize) {
    // Small messages would wait for each other, at every one of the many that a test cuts off.
    let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let _ = pass(client, server, at, counted);
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn pass(mut client: &TcpStream, mut server: &TcpStream, at: Break, counted: &AtomicUsize) -> io::Result<()> {
    let (mut to, mut from) = (client.try_clone()?, server.try_clone()?);
    let back = Arc::new(AtomicUsize::new(1));
    let open = Arc::clone(&back);
    thread::spawn(move || {
        let mut bytes = [0; 8_192];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if open.load(Ordering::SeqCst) == 1 && to.write_all(&bytes[..count]).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
    // The first messages have no letter in front: a question for TLS, and who wants what.
    let mut begun = false;
    loop {
        let mut message = Vec::new();
        if begun {
            read(&mut client, &mut message, 1)?;
        }
        let head = message.len();
        read(&mut client, &mut message, 4)?;
        let length = message[head..].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        read(&mut client, &mut message, length.saturating_sub(4))?;
        begun |= length > 8;
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        if at == Break::Before(number) {
            return Ok(());
        }
        if at == Break::After(number) {
            back.store(0, Ordering::SeqCst);
            server.write_all(&message)?;
            thread::sleep(MOMENT);
            return Ok(());
        }
        server.write_all(&message)?;
    }
}

fn read(from: &mut &TcpStream, into: &mut Vec<u8>, count: usize) -> io::Result<()> {
    let begin = into.len();
    into.resize(begin + count, 0);
    from.read_exact(&mut into[begin..])
}
