#!/usr/bin/env bash
# Runs inside the machine of machine_test.sh as a unit of its own, and does what an operator does. Its last line tells how it
# ended. Half way the power fails; after the next boot it goes on where it was.
set -euo pipefail

name=universign-webhookd
unit=$name.service
sockets=("$name-ingest.socket" "$name-admin.socket")
url=http://127.0.0.1:8080/webhooks/universign
config=/etc/$name/$name.yaml
state=/var/lib/$name
dropins=/etc/systemd/system/$unit.d
here=/run/machine
key=/root/key
half=/root/half

finish() {
    local status=$?
    trap - EXIT
    if [[ $status -eq 0 ]]; then
        echo "MACHINE: passed"
    else
        systemctl status --no-pager -l $unit "${sockets[@]}" || true
        journalctl -b --no-pager -n 150 -o short-monotonic || true
        echo "MACHINE: failed"
    fi
    exit "$status"
}
trap finish EXIT

test_name=machine
# shellcheck disable=SC1091
source $here/checks.sh
step() { echo "[$(cut -d ' ' -f 1 /proc/uptime)] $*"; }
expect_failure() { local what=$1; shift; if "$@" >/dev/null 2>&1; then fail "$what: it succeeds"; fi; }
show() { systemctl show --value -p "$1" "${2:-$unit}"; }
journal() { journalctl -b --no-pager -o cat -u $unit "$@"; }
ready() { curl -sf -o /dev/null http://127.0.0.1:8081/readyz; }

# post TYPE: one signed event, another one each time.
seed=0
post() {
    local said
    seed=$((seed + 1))
    said=$(trigger "$1" $seed) || fail "$1: $said"
    expect_match "$1" "$said" '"accepted"'
}
trigger() { $name trigger "$1" --key $key/private.pem --url $url --json --seed "$2" 2>&1; }
count() { $name events count; }
# add NAME TYPE SETTINGS: a shell handler in a file of its own, and the route to it.
add() {
    mkdir -p /etc/$name/config.d
    cat >"/etc/$name/config.d/$1.yaml" <<YAML
handlers: { $1: { type: shell, retry: { max_attempts: 1 }, $3 } }
routes: [{ name: $1, match: $2, handlers: [$1] }]
YAML
    systemctl reload $unit || fail "the reload with the handler $1"
    await "the handler $1" handler_is_there "$1"
}
handler_is_there() { $name handlers | grep -q "^$1 "; }
deliveries() { $name deliveries list --handler "$1" --state "$2" | grep -c " $1 " || true; }
delivered() { [[ $(deliveries "$1" "$2") -eq $3 ]]; }
last_output() { $name deliveries show "$($name deliveries list --handler "$1" --limit 1 | awk 'NR == 2 { print $1 }')"; }
# open NAME PATTERN...: what the example for handlers has commented out, as a drop-in.
open_walls() {
    local file=$dropins/$1.conf pattern
    shift
    mkdir -p $dropins
    echo '[Service]' >"$file"
    for pattern; do
        grep -E "^#$pattern" /usr/share/doc/$name/examples/handlers.conf.example | sed 's/^#//' >>"$file" ||
            fail "the example has no $pattern"
    done
    restart
}
restart() {
    systemctl daemon-reload
    systemctl restart $unit || fail "the restart"
    ready || fail "not ready after a restart"
}
# What `await` waits for.
refused_starts() { [[ $(journal | grep -c 'surver: is no key here') -ge $1 ]]; }
restarted() { [[ $(show NRestarts) -ge $1 ]]; }
runs() { grep -lzx "$1" /proc/[0-9]*/cmdline >/dev/null 2>&1; }
again() { [[ $(wc -l <$state/stuck) -ge 2 ]]; }
# load NUMBER: events one after another, each by a connection of its own.
load() {
    local i=0
    until [[ -e $here/enough ]]; do
        i=$((i + 1))
        trigger action.opened $(($1 * 1000000 + i)) | grep -v '^{"posted"' || true
    done
}
main_is_not() { [[ $(show MainPID) != "$1" && $(show MainPID) != 0 ]] && ready; }

machine() {
    step "hello from $(systemctl --version | head -n 1) on $(uname -r)"
    expect_equal "the state of the system before" "$(systemctl is-system-running)" starting
}

installation() {
    step "installing"
    apt-get install -q -y $here/${name}_*.deb >$here/install.out 2>&1 || { cat $here/install.out; fail "apt-get install"; }
    expect_match "what it says" "$(cat $here/install.out)" 'installed and not started'
    expect_match "the user" "$(getent passwd $name)" ":$state:/usr/sbin/nologin"
    for each in $unit "${sockets[@]}"; do
        expect_equal "$each" "$(systemctl is-enabled "$each" || true) $(systemctl is-active "$each" || true)" "disabled inactive"
    done
    expect_equal "units that systemd complains about" "$(systemd-analyze verify --man=no $unit "${sockets[@]}" 2>&1)" ""
}

walkthrough() {
    step "the walkthrough"
    $name keys generate --out $key --bits 2048 >/dev/null
    install -m 0644 $key/jwks.json /etc/$name/jwks.json
    sed -i "s#url: \"https.*#file: /etc/$name/jwks.json#" $config
    $name check-config $config || fail "check-config"
    systemctl enable --now universign-webhookd 2>$here/enable.out || fail "enable --now: $(cat $here/enable.out)"
    $name healthcheck || fail "the health check"
    post action.opened
    systemctl disable --now universign-webhookd 2>/dev/null || fail "disable --now"
    expect_equal "the end" "$(show Result) $(show ActiveState)" "success inactive"
    systemctl enable --now universign-webhookd-ingest.socket universign-webhookd-admin.socket universign-webhookd.service \
        2>$here/enable.out || fail "enable --now: $(cat $here/enable.out)"
    $name healthcheck || fail "the health check"
    post action.opened
    for each in $unit "${sockets[@]}"; do
        expect_equal "$each" "$(systemctl is-enabled "$each") $(systemctl is-active "$each")" "enabled active"
    done
    expect_equal "how it tells of itself" "$(show Type) $(show NotifyAccess) $(show StatusText)" \
        "notify main Receiving webhooks for 1 endpoint(s)"
    expect_equal "who it runs as" "$(stat -c %U "/proc/$(show MainPID)") $(show DynamicUser)" "$name no"
    expect_match "its log" "$(journal)" 'event.*"handler":"audit"'
    $name events list --json >/dev/null || fail "events list"
}

walls() {
    step "its walls"
    # The threshold counts in tenths.
    systemd-analyze security --no-pager --threshold=15 $unit >$here/security.out ||
        fail "the exposure: $(tail -n 1 $here/security.out)"
    tail -n 1 $here/security.out
}

program_within_walls() {
    step "a program within its walls"
    # shellcheck disable=SC2016  # for the program
    add keep action.opened 'command: "echo $UNIVERSIGN_EVENT_ID >>/var/lib/universign-webhookd/kept && cat >/tmp/own"'
    expect_match "the journal of the reload" "$(journal)" 'the configuration is reloaded'
    post action.opened
    await "the program" delivered keep successful 1
    expect_equal "what it wrote" "$(wc -l <$state/kept)" 1
    [[ ! -e /tmp/own ]] || fail "the program's /tmp is everybody's"
}

program_beyond_walls() {
    step "a program beyond them"
    groupadd archive
    install -d -m 2775 -g archive /srv/archive
    # shellcheck disable=SC2016
    add archive action.closed 'command: "cat >/srv/archive/$UNIVERSIGN_EVENT_ID"'
    post action.closed
    await "the failure" delivered archive failed 1
    expect_match "its reason" "$(last_output archive)" 'Read-only file system'
    open_walls archive ReadWritePaths=/srv/archive SupplementaryGroups=archive
    post action.closed
    await "the program" delivered archive successful 1
    expect_equal "whose the file is" "$(stat -c '%U %G' /srv/archive/*)" "$name archive"
    $name deliveries retry --handler archive >/dev/null || fail "the retry"
    await "the program" delivered archive successful 2
}

program_of_another_user() {
    step "a program of another user"
    useradd --system archiver
    open_walls archiver PrivateUsers=no CapabilityBoundingSet=CAP_SETUID AmbientCapabilities=CAP_SETUID SystemCallFilter=@setuid
    # shellcheck disable=SC2016
    add as-archiver action.stalled "user: archiver, command: 'id -un; grep ^Cap /proc/self/status'"
    post action.stalled
    await "the program" delivered as-archiver successful 1
    expect_match "the program's user" "$(last_output as-archiver)" 'archiver'
    expect_match "the program's capabilities" "$(last_output as-archiver)" 'CapPrm:[^0-9]*0{16}.*CapAmb:[^0-9]*0{16}'
    # Another program: here a second may pass before the first has said anything.
    add overstaying action.waitingperiod.ended "user: archiver, timeout: 1s, command: 'exec sleep 600'"
    post action.waitingperiod.ended
    await "the end of its time" delivered overstaying failed 1
    runs sleep && fail "the program is still there after its time"
    rm $dropins/archiver.conf /etc/$name/config.d/{as-archiver,overstaying}.yaml
    restart
}

secrets() {
    step "secrets"
    echo 'HOST=crm.internal' >/etc/default/$name
    install -d -m 0700 /etc/$name/credentials
    (umask 077 && echo 'from a file of root' >/etc/$name/credentials/crm)
    grep '^#LoadCredential=crm:' /lib/systemd/system/$unit | sed -e 's/^#//' -e '1i[Service]' >$dropins/secrets.conf
    restart
    # shellcheck disable=SC2016
    add crm apikey.created 'env: { HOST: "${env:HOST}", TOKEN: "${credential:crm}" },
        command: "echo $HOST, $TOKEN >/var/lib/universign-webhookd/secrets"'
    # Not in its output, where secrets are masked.
    post apikey.created
    await "the program" delivered crm successful 1
    expect_match "its secrets" "$(cat $state/secrets)" 'crm.internal, from a file of root'
    restart
}

mistaken_reload() {
    step "a mistake in the file"
    local main
    main=$(show MainPID)
    echo 'surver: {}' >>$config
    expect_failure "the reload" systemctl reload $unit
    expect_match "the journal" "$(journal)" 'surver: is no key here'
    post action.opened
    expect_equal "the daemon" "$(show MainPID)" "$main"
}

mistaken_restart() {
    step "a restart with that mistake, while an event waits"
    local before starts
    expect_failure "the restart" systemctl restart $unit
    starts=$(show NRestarts)
    seed=$((seed + 1))
    trigger action.opened $seed >$here/waiting.out &
    # The service is not started again by itself; the event that waits at the socket does it.
    before=$(journal | grep -c 'surver: is no key here')
    await "further starts" refused_starts $((before + 2))
    expect_equal "starts by systemd itself" "$(show NRestarts)" "$starts"
    expect_equal "the sockets" "$(systemctl is-active "${sockets[@]}" | tr '\n' ' ')" "active active "
    sed -i '/^surver/d' $config
    await "the daemon" ready
    wait $! || true
    [[ ! $(cat $here/waiting.out) =~ 'Failed to connect' ]] || fail "the event that waited was refused"
    post action.opened
}

priorities() {
    step "the journal's priorities"
    expect_match "warnings" "$(journal -p warning)" 'failed for good'
    [[ ! $(journal -p warning) =~ '"level":"info"' ]] || fail "a plain line is a warning"
}

restarts_under_load() {
    step "restarts under load"
    local before accepted
    before=$(count)
    for each in 1 2; do load $each >$here/load.$each & done
    for _ in 1 2 3 4 5; do
        systemctl restart $unit || fail "the restart"
        await "the daemon" ready
    done
    touch $here/enough
    wait
    cat $here/load.* >$here/load
    expect_equal "what was not accepted" "$(grep -v '"outcome":"accepted"' $here/load)" ""
    accepted=$(wc -l <$here/load)
    echo "$accepted accepted"
    expect_equal "events" "$(count)" $((before + accepted))
}

hang() {
    step "a daemon that hangs"
    local before restarts
    printf '[Service]\nWatchdogSec=3s\n' >$dropins/watchdog.conf
    restart
    before=$(count)
    restarts=$(show NRestarts)
    kill -STOP "$(show MainPID)"
    await "the watchdog" restarted $((restarts + 1))
    await "the daemon" ready
    expect_match "the journal" "$(journal)" 'Watchdog timeout'
    expect_equal "events" "$(count)" "$before"
    rm $dropins/watchdog.conf
    restart
}

crash() {
    step "a daemon that dies"
    local main before
    main=$(show MainPID)
    before=$(count)
    kill -KILL "$main"
    post action.opened
    await "the daemon" main_is_not "$main"
    expect_equal "events" "$(count)" $((before + 1))
}

power_failure() {
    step "events before the power fails"
    echo $(($(count) + 20)) >$half
    sync
    for _ in {1..20}; do post action.opened; done
    echo "MACHINE: the power fails"
    stty -F /dev/ttyS1 -echo # returns when all of it is written
    echo b >/proc/sysrq-trigger
    sleep 600
}

power_again() {
    step "power again"
    for each in $unit "${sockets[@]}"; do
        expect_equal "$each" "$(systemctl is-enabled "$each") $(systemctl is-active "$each")" "enabled active"
    done
    expect_equal "events" "$(count)" "$(cat $half)"
    post action.opened
}

stop_with_program() {
    step "stopping while a program runs"
    sed -i 's/^  # shutdown_grace: 20s/  shutdown_grace: 5s/' $config
    restart
    add slow action.reminder.sent "command: 'touch $state/begun; sleep 2; touch $state/ended'"
    post action.reminder.sent
    await "the program" test -e $state/begun
    systemctl stop $unit 2>/dev/null
    expect_equal "the end" "$(show Result) $(show ActiveState) $(show ExecMainStatus)" "success inactive 0"
    [[ -e $state/ended ]] || fail "the program was not given its time"
    systemctl start $unit
}

stop_with_stubborn_program() {
    step "stopping while a program does not want to end"
    # shellcheck disable=SC2016
    add stuck action.manualreminder.sent "command: 'trap \"\" TERM; setsid sleep 600 & echo \$\$ >>$state/stuck; sleep 600'"
    post action.manualreminder.sent
    await "the program" test -e $state/stuck
    systemctl stop $unit 2>/dev/null
    expect_equal "the end" "$(show Result) $(show ActiveState) $(show ExecMainStatus)" "success inactive 0"
    runs sleep && fail "a program is left"
    systemctl start $unit
    await "the program's next run" again
}

upgrade() {
    step "an upgrade"
    local main before
    rm /etc/$name/config.d/stuck.yaml
    restart
    main=$(show MainPID)
    before=$(count)
    apt-get install -q -y $here/newer.deb >$here/upgrade.out 2>&1 || { cat $here/upgrade.out; fail "apt-get install"; }
    [[ ! $(cat $here/upgrade.out) =~ 'not restarted' ]] || { cat $here/upgrade.out; fail "the upgrade did not restart it"; }
    await "the new daemon" main_is_not "$main"
    expect_equal "events" "$(count)" "$before"
    expect_equal "the version" "$(dpkg-query -W -f '${Version} ${Status}' $name)" "99.0-1 install ok installed"
    main=$(show MainPID)
    echo 'surver: {}' >>$config
    dpkg -i $here/newer.deb >$here/upgrade.out 2>&1 || { cat $here/upgrade.out; fail "dpkg -i"; }
    expect_match "what it says" "$(cat $here/upgrade.out)" 'not restarted'
    expect_equal "the daemon" "$(show MainPID)" "$main"
    sed -i '/^surver/d' $config
    post action.opened
}

removal() {
    step "the removal"
    local main
    main=$(show MainPID)
    rm -r $dropins
    dpkg -P $name >$here/purge.out 2>&1 || { cat $here/purge.out; fail "dpkg -P"; }
    for each in $unit "${sockets[@]}"; do
        expect_equal "$each" "$(show LoadState "$each") $(show ActiveState "$each")" "not-found inactive"
    done
    [[ ! -e /proc/$main ]] || fail "the daemon still runs"
    expect_equal "what is left of the units" "$(find /etc/systemd /run/systemd -name '*universign*')" ""
    for each in $state /var/log/$name /run/$name /etc/default/$name; do
        [[ ! -e $each ]] || fail "$each is still there"
    done
    expect_equal "failed units" "$(systemctl list-units --failed --no-legend)" ""
}

before_half=(
    machine installation walkthrough walls program_within_walls program_beyond_walls program_of_another_user secrets
    mistaken_reload mistaken_restart priorities restarts_under_load hang crash power_failure
)
after_half=(power_again stop_with_program stop_with_stubborn_program upgrade removal)
if [[ ! -e $half ]]; then
    for part in "${before_half[@]}"; do "$part"; done
else
    seed=1000
    for part in "${after_half[@]}"; do "$part"; done
fi
