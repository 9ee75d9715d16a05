#!/usr/bin/env bash
# Packs runtime state and configuration. Called by qt-state-backup.service with
# the destination as its only argument; keeps two weeks.
set -euo pipefail

dest=${1:?usage: backup_state.sh DESTINATION}
src=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
stamp=$(date -u +%Y%m%d-%H%M%S)

tar --create --gzip --directory "$src" --file "$dest/state-$stamp.tar.gz" runtime config
find "$dest" -maxdepth 1 -name 'state-*.tar.gz' -mtime +14 -delete
echo "backup: $dest/state-$stamp.tar.gz"
