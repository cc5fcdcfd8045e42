#!/usr/bin/env bash
# What must hold of a tree and its database, read with coreutils and the sqlite3 shell, and with nothing of the program.
#   invariants.sh ROOT fault  NEWEST CLAIMS                   after a run that was disturbed
#   invariants.sh ROOT healed NEWEST VERSIONS EVENTS STATUS   after a clean run
# NEWEST: the version folder that was the newest before, relative to the tree; '' for none. CLAIMS: paths that the run said it
# had promoted, one a line. VERSIONS: how many there are. EVENTS: conclusions about the newest report. STATUS: of the job, as
# STATUS:reason. Prints each violation.
set -u -o pipefail
shopt -s nullglob
root=$1 phase=$2 newest=$3
cd "$root/validated" || exit

folders=(paris/compta/[0-9]*) held=(.held/paris/compta/[0-9]*)
for folder in "${folders[@]}" "${held[@]}"; do
  files=("$folder"/* "$folder"/.[!.]*)
  [[ ${#files[@]} == 2 ]] || echo "$folder holds something else than a file and its SHA256SUMS: ${files[*]}"
  sed "s#  #  $folder/#" "$folder/SHA256SUMS" || echo "$folder has no SHA256SUMS"
done | sha256sum --quiet --strict -c 2>&1 | grep -v '^sha256sum: ' | sed 's/^/does not verify: /'
((${#folders[@]} + ${#held[@]} == $(find . -name SHA256SUMS -not -path './.incoming/*' | wc -l))) || echo 'a version lies somewhere else'
if [[ -L paris/compta/current ]]; then
  current=$(readlink paris/compta/current)
  [[ -e paris/compta/$current/SHA256SUMS ]] || echo "current leads nowhere: $current"
fi
if [[ -n $newest && ! -d $newest ]]; then
  [[ ${#folders[@]} -gt 0 && ${folders[-1]} > $newest ]] || echo "$newest is gone, and no later one is there"
fi

# A copy: the sqlite3 shell would move the -wal into the file.
query() {
  copy=$(mktemp -d)
  cp "$root"/state/backupmon.db "$copy/db"
  [[ ! -e $root/state/backupmon.db-wal ]] || cp "$root/state/backupmon.db-wal" "$copy/db-wal"
  sqlite3 "$copy/db" "$1"
  rm -r "$copy"
}

if [[ $phase == fault ]]; then
  [[ -n $4 ]] || exit 0
  recorded=$(query "select '$root/validated/' || folder || '/' || file from versions where state = 'present'")
  while read -r claim; do
    [[ -f $claim ]] || echo "told to be promoted, and not there: $claim"
    grep -qxF "$claim" <<<"$recorded" || echo "told to be promoted, and not recorded: $claim"
  done <<<"$4"
  exit 0
fi

incoming=(.incoming/* .incoming/.[!.]*)
[[ ${#incoming[@]} == 0 ]] || echo "left over: ${incoming[*]}"
reports=("$root"/deposits/paris/log/*.json)
[[ ${#reports[@]} == 0 ]] || echo "not archived: ${reports[*]}"
expected=$(
  echo ok
  for folder in "${folders[@]}"; do echo "present $folder $(<"$folder/SHA256SUMS")"; done
  for folder in "${held[@]}"; do echo "held $folder $(<"$folder/SHA256SUMS")"; done
  echo "$4 versions, $5 conclusions, $6"
)
found=$(query "pragma integrity_check;
  select 'present ' || folder || ' ' || sha256 || '  ' || file from versions where state = 'present' order by folder;
  select 'held ' || folder || ' ' || sha256 || '  ' || file from held order by folder;
  select (select count(*) from versions where state = 'present') || ' versions, '
    || (select count(*) from events where entry_id = (select max(id) from entries)) || ' conclusions, '
    || (select status || ':' || reason from events where id = (select last_event_id from jobs))")
[[ $found == "$expected" ]] || diff <(echo "$expected") <(echo "$found")
[[ ${#folders[@]} == 0 || $current == "${folders[-1]##*/}" ]] || echo "current is $current"
exit 0
