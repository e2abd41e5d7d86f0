//! What stands in for Session Manager and for a group of jump hosts.

use std::path::Path;

/// As the AWS command line, which starts Session Manager's plugin and waits for it.
pub(super) const SSM: &str = r#"case "$*" in *"ssm start-session"*) ;; *) echo "what is $*?" >&2; exit 9;; esac
for last; do :; done
session-manager-plugin "$last""#;

/// As the plugin: it forwards a port until it is asked to end, and Ctrl-C is such a wish.
pub(super) const PLUGIN: &str = r#"exec python3 - "$1" <<'PYTHON'
import json, socket, sys, threading
where = json.loads(sys.argv[1])
there = (where["host"][0], int(where["portNumber"][0]))
here = socket.create_server(("127.0.0.1", int(where["localPortNumber"][0])))
def copy(one, other):
    while data := one.recv(65536):
        other.sendall(data)
    other.shutdown(socket.SHUT_WR)
while True:
    near, far = here.accept()[0], socket.create_connection(there)
    threading.Thread(target=copy, args=(near, far), daemon=True).start()
    threading.Thread(target=copy, args=(far, near), daemon=True).start()
PYTHON"#;

/// A group that is stopped until it is started, and Session Manager, which knows of the instance a moment after that.
pub(super) fn autoscaling(folder: &Path) -> String {
    let started = folder.join("started").display().to_string();
    format!(
        r#"case "$*" in
*describe-auto-scaling-groups*)
  if [ -e {started} ]; then
    echo '{{"AutoScalingGroups": [{{"MaxSize": 1, "DesiredCapacity": 1, "Instances": [{{"InstanceId": "i-0abc", "LifecycleState": "InService"}}]}}]}}'
  else
    echo '{{"AutoScalingGroups": [{{"MaxSize": 1, "DesiredCapacity": 0, "Instances": []}}]}}'
  fi; exit;;
*"set-desired-capacity"*"--desired-capacity 1"*) touch {started}; exit;;
*start-session*)
  if [ -e {started} ] && ! [ -e {started}-and-known ]; then
    touch {started}-and-known
    echo 'An error occurred (TargetNotConnected) when calling the StartSession operation: i-0abc is not connected.' >&2
    exit 254
  fi;;
esac
{SSM}"#
    )
}
