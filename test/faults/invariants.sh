#!/usr/bin/env bash
# What must hold of a tree and its database, read with coreutils and the sqlite3 shell, and with nothing of the program.
#   invariants.sh ROOT fault  NEWEST CLAIMS            after a run that was disturbed
#   invariants.sh ROOT healed NEWEST VERSIONS EVENTS   after a clean run
# NEWEST: the version folder that was the newest before, relative to the tree; '' for none. CLAIMS: paths that the run said it
# had promoted, one a line. VERSIONS: how many there are. EVENTS: conclusions about the newest report. Prints each violation.
set -u
root=$1 phase=$2 newest=$3
tree=$root/validated
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp "$root/state/backupmon.db" "$copy/db"
[[ ! -e $root/state/backupmon.db-wal ]] || cp "$root/state/backupmon.db-wal" "$copy/db-wal"
query() { sqlite3 "$copy/db" "$1"; }
violation() { echo "$*"; }

mapfile -t folders < <(cd "$tree" && find . -mindepth 3 -maxdepth 3 -type d -not -path './.*' -printf '%P\n' | sort)
mapfile -t held < <(cd "$tree" && find .held -mindepth 3 -maxdepth 3 -type d 2>/dev/null | sort)
for folder in "${folders[@]}" "${held[@]}"; do
  (cd "$tree/$folder" && sha256sum --quiet --strict -c SHA256SUMS) >/dev/null 2>&1 || violation "$folder does not verify"
  [[ $(ls -A "$tree/$folder" | wc -l) == 2 ]] || violation "$folder holds something else than a file and its SHA256SUMS"
done
for link in "$tree"/*/*/current; do
  [[ -L $link ]] || continue
  [[ -e $link/SHA256SUMS ]] || violation "$link leads nowhere"
done
if [[ -n $newest && ! -d $tree/$newest ]]; then
  [[ ${#folders[@]} -gt 0 && ${folders[-1]} > $newest ]] || violation "$newest is gone, and no later one is there"
fi
[[ $(query 'pragma integrity_check') == ok ]] || violation 'the database is damaged'

if [[ $phase == fault ]]; then
  while read -r claim; do
    [[ -n $claim ]] || continue
    relative=${claim#"$tree/"}
    [[ -f $claim ]] || violation "$claim was told to be promoted and is not there"
    [[ $(query "select count(*) from versions where state = 'present' and folder || '/' || file = '$relative'") == 1 ]] ||
      violation "$claim was told to be promoted and is not recorded"
  done <<<"$4"
  exit
fi

[[ -z $(ls -A "$tree/.incoming" 2>/dev/null) ]] || violation "left in .incoming: $(ls -A "$tree/.incoming")"
recorded=$(query "select folder from versions where state = 'present' order by folder")
[[ $recorded == "$(printf '%s\n' "${folders[@]}")" ]] || violation "the tree has ${folders[*]}, the database $recorded"
[[ ${#folders[@]} == "$4" ]] || violation "${#folders[@]} versions instead of $4: ${folders[*]}"
[[ $(query 'select folder from held order by folder') == "$(printf '%s\n' "${held[@]}")" ]] || violation "held in the tree: ${held[*]}; in the database: $(query 'select folder from held')"
while IFS='|' read -r folder file sha256; do
  [[ $(cat "$tree/$folder/SHA256SUMS" 2>/dev/null) == "$sha256  $file" ]] || violation "$folder: its SHA256SUMS is not what is recorded"
done < <(query "select folder, file, sha256 from versions where state = 'present'")
[[ ${#folders[@]} == 0 || $(readlink "$tree/paris/compta/current") == "$(basename "${folders[-1]}")" ]] || violation "current is $(readlink "$tree/paris/compta/current")"
events=$(query 'select count(*) from events where entry_id = (select max(id) from entries)')
[[ $events == "$5" ]] || violation "$events conclusions about the newest report instead of $5"
[[ -z $(ls -A "$root"/deposits/paris/log/*.json 2>/dev/null) ]] || violation 'the report was not archived'
