//! A company's proxy: `HTTPS_PROXY` and `NO_PROXY` mean what they mean to the AWS command line.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;

use nightshift_testkit::Scene;

use crate::nightshift;

/// What a proxy is asked first, by a command whose shell has `extra`; nothing, if nobody comes.
fn asked(scene: &Scene, extra: &[(&str, &str)]) -> Option<String> {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", proxy.local_addr().expect("an address"));
    let first = std::thread::spawn(move || {
        let (stream, _) = proxy.accept().ok()?;
        BufReader::new(stream).lines().next()?.ok().filter(|line| !line.is_empty())
    });
    let shell =
        [("HTTPS_PROXY", url.as_str()), ("AWS_ENDPOINT_URL", "https://sts.nowhere.invalid"), ("AWS_MAX_ATTEMPTS", "1")];
    let said = nightshift(scene, &[&shell, extra].concat(), &["plan", "cluster-cleanup"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    // Where the command did not come by, somebody has to.
    let _ = std::net::TcpStream::connect(url.trim_start_matches("http://"));
    first.join().expect("the proxy ends")
}

#[test]
fn calls_go_through_the_proxy_of_the_shell_but_where_it_says_not_to() {
    let scene = Scene::new().expect("a scene");
    assert_eq!(asked(&scene, &[]).as_deref(), Some("CONNECT sts.nowhere.invalid:443 HTTP/1.1"));
    assert_eq!(asked(&scene, &[("NO_PROXY", "nowhere.invalid")]), None);
}
