// micro-tokio ROW N [PENDING]: bench-micro's rows as a user of tokio writes them, on one thread.
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot, Mutex, Semaphore};
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{sleep, timeout, Sleep};

const FAR: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_secs(3600);

fn clock(which: libc::clockid_t) -> f64 {
    let mut read = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(which, &mut read) };
    read.tv_sec as f64 * 1e9 + read.tv_nsec as f64
}

fn peak_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}

struct Meter {
    bytes: f64,
    wall: f64,
    cpu: f64,
}

impl Meter {
    fn new() -> Meter {
        Meter { bytes: peak_bytes(), wall: clock(libc::CLOCK_MONOTONIC), cpu: clock(libc::CLOCK_PROCESS_CPUTIME_ID) }
    }
    fn done(self, row: &str, n: usize) {
        let wall = clock(libc::CLOCK_MONOTONIC) - self.wall;
        let cpu = clock(libc::CLOCK_PROCESS_CPUTIME_ID) - self.cpu;
        let each = n as f64;
        println!(
            "RESULT bench={row} n={n} wall_ns={:.2} cpu_ns={:.2} rss_b={:.0} wall_s={:.3}",
            wall / each,
            cpu / each,
            (peak_bytes() - self.bytes) / each,
            wall / 1e9
        );
    }
}

fn here() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn yields(n: usize) {
    for _ in 0..n {
        yield_now().await
    }
}

// A future of unknown size, as a chain that calls itself must be.
fn chain(depth: usize) -> Pin<Box<dyn Future<Output = usize> + Send>> {
    Box::pin(async move { if depth <= 1 { 1 } else { 1 + chain(depth - 1).await } })
}

#[inline(never)]
async fn leaf(given: usize) -> usize {
    std::hint::black_box(given)
}

fn sleep_deep(depth: usize) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move { if depth <= 1 { sleep(HOUR).await } else { sleep_deep(depth - 1).await } })
}

// Arms a timer by polling it once.
struct Armed<'a>(Pin<&'a mut Sleep>);

impl Future for Armed<'_> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let _ = self.0.as_mut().poll(context);
        Poll::Ready(())
    }
}

async fn timers(n: usize, pending: usize) {
    let mut all: Vec<Option<Pin<Box<Sleep>>>> = (0..pending).map(|_| None).collect();
    let m = Meter::new();
    for i in 0..n {
        let place = &mut all[i % pending];
        match place {
            // Setting a new time cancels the old one.
            Some(timer) => timer.as_mut().reset(tokio::time::Instant::now() + FAR),
            None => *place = Some(Box::pin(sleep(FAR))),
        }
        Armed(place.as_mut().unwrap().as_mut()).await;
        if i % 1000 == 999 {
            yield_now().await
        }
    }
    m.done("timers", n);
}

async fn queue(row: &str, n: usize, places: usize) {
    let (to, mut from) = mpsc::channel(places);
    let m = Meter::new();
    let putting = tokio::spawn(async move {
        for i in 0..n {
            to.send(i).await.unwrap()
        }
    });
    let getting = tokio::spawn(async move {
        let mut sum = 0;
        while let Some(item) = from.recv().await {
            sum += item
        }
        sum
    });
    putting.await.unwrap();
    std::hint::black_box(getting.await.unwrap());
    m.done(row, n);
}

async fn lock(n: usize) {
    let lock = Arc::new(Mutex::new(()));
    let m = Meter::new();
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let lock = lock.clone();
            tokio::spawn(async move {
                for _ in 0..n / 100 {
                    let _held = lock.lock().await;
                    yield_now().await
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap()
    }
    m.done("lock", n);
}

async fn semaphore(n: usize) {
    let permits = Arc::new(Semaphore::new(10));
    let m = Meter::new();
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let permits = permits.clone();
            tokio::spawn(async move {
                for _ in 0..n / 100 {
                    let _held = permits.acquire().await.unwrap();
                    yield_now().await
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap()
    }
    m.done("semaphore", n);
}

async fn cross_thread(n: usize) {
    let handle = tokio::runtime::Handle::current();
    let (ended, end) = oneshot::channel();
    let m = Meter::new();
    let asking = std::thread::spawn(move || {
        for _ in 0..n {
            let (answer, answered) = oneshot::channel();
            handle.spawn(async move { answer.send(()).unwrap() });
            answered.blocking_recv().unwrap()
        }
        ended.send(()).unwrap()
    });
    end.await.unwrap();
    asking.join().unwrap();
    m.done("xthread", n);
}

fn channel(n: usize) {
    let (to, mut from) = mpsc::channel(1024);
    let receiving = here();
    let m = Meter::new();
    let other = std::thread::spawn(move || {
        here().block_on(async move {
            for i in 0..n {
                to.send(i).await.unwrap()
            }
        })
    });
    let sum = receiving.block_on(async move {
        let mut sum = 0;
        while let Some(item) = from.recv().await {
            sum += item
        }
        sum
    });
    other.join().unwrap();
    std::hint::black_box(sum);
    m.done("channel", n);
}

fn cores(row: &str, n: usize, cores: usize) {
    let m = Meter::new();
    let threads: Vec<_> = (0..cores)
        .map(|_| std::thread::spawn(move || here().block_on(async move { tokio::spawn(spawns(n)).await.unwrap() })))
        .collect();
    for thread in threads {
        thread.join().unwrap()
    }
    m.done(row, n * cores);
}

async fn spawns(n: usize) {
    for _ in 0..n {
        tokio::spawn(async {}).await.unwrap()
    }
}

async fn cancel(row: &str, n: usize, depth: usize) {
    let tasks: Vec<_> = (0..n).map(|_| tokio::spawn(sleep_deep(depth))).collect();
    yield_now().await;
    let m = Meter::new();
    for task in &tasks {
        task.abort()
    }
    for task in tasks {
        assert!(task.await.unwrap_err().is_cancelled())
    }
    m.done(row, n);
}

async fn row(name: &str, n: usize, pending: usize) {
    if name == "timers" {
        return timers(n, pending).await;
    }
    let m = Meter::new();
    match name {
        "yield" => {
            let (first, second) = (tokio::spawn(yields(n)), tokio::spawn(yields(n)));
            first.await.unwrap();
            second.await.unwrap();
            m.done(name, 2 * n)
        }
        "spawn" => {
            spawns(n).await;
            m.done(name, n)
        }
        "call1" => {
            let mut sum = 0;
            for i in 0..n {
                sum += leaf(i).await
            }
            std::hint::black_box(sum);
            m.done(name, n)
        }
        "call20" => {
            let mut sum = 0;
            for _ in 0..n {
                sum += chain(20).await
            }
            std::hint::black_box(sum);
            m.done(name, n)
        }
        "gather1k" => {
            for _ in 0..n / 1000 {
                let tasks: Vec<_> = (0..1000).map(|_| tokio::spawn(async {})).collect();
                for task in tasks {
                    task.await.unwrap()
                }
            }
            m.done(name, n)
        }
        "sleep1m" => {
            let tasks: Vec<_> = (0..n).map(|_| tokio::spawn(sleep(Duration::from_secs(1)))).collect();
            for task in tasks {
                task.await.unwrap()
            }
            m.done(name, n)
        }
        "tothread" => {
            for _ in 0..n {
                spawn_blocking(|| {}).await.unwrap()
            }
            m.done(name, n)
        }
        "timeout_unused" => {
            for _ in 0..n {
                timeout(FAR, yield_now()).await.unwrap()
            }
            m.done(name, n)
        }
        "timeout_fires" => {
            let tasks: Vec<_> = (0..n).map(|_| tokio::spawn(timeout(Duration::from_millis(1), sleep(HOUR)))).collect();
            for task in tasks {
                assert!(task.await.unwrap().is_err())
            }
            m.done(name, n)
        }
        "queue1" => queue(name, n, 1).await,
        "queue1024" => queue(name, n, 1024).await,
        "lock" => lock(n).await,
        "semaphore" => semaphore(n).await,
        "xthread" => cross_thread(n).await,
        "cancel1" => cancel(name, n, 1).await,
        "cancel10" => cancel(name, n, 10).await,
        _ => println!("SKIP"),
    }
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let n = words[2].parse().expect("a number");
    let pending = words.get(3).map_or(10_000, |word| word.parse().expect("a number"));
    match words[1].as_str() {
        "channel" => return channel(n),
        "cores1" => return cores("cores1", n, 1),
        "cores2" => return cores("cores2", n, 2),
        _ => {}
    }
    // In a task of its own, as all of a server's work is.
    let name = words[1].clone();
    here().block_on(async move { tokio::spawn(async move { row(&name, n, pending).await }).await.unwrap() });
}
