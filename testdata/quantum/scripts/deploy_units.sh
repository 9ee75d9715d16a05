#!/usr/bin/env bash
# Copies units, drop-ins and configuration onto the VPS this runs on (as root).
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

stamp=$(date +%Y%m%d_%H%M%S)
mkdir -p "/root/unit_backups_$stamp"
cp -a /etc/systemd/system/quantum-* "/root/unit_backups_$stamp/" 2>/dev/null || true

install -m 0644 etc/sysusers.d/quantum.conf /etc/sysusers.d/
install -m 0644 etc/tmpfiles.d/quantum.conf /etc/tmpfiles.d/
systemd-sysusers
systemd-tmpfiles --create quantum.conf

install -d -m 0750 -o root -g qt /etc/quantum
install -m 0640 -o root -g qt etc/quantum/*.env /etc/quantum/
cp -a systemd/. /etc/systemd/system/

systemctl daemon-reload
systemctl --failed --no-pager
