#!/usr/bin/env bash
# What must hold of trees and their databases, read with coreutils, find and the sqlite3 shell, and with nothing of the program.
# Reads one line for each copy of a world, its fields separated by `|`:
#   FOLDER|fault|NEWEST|CLAIMS              after a run that was disturbed
#   FOLDER|healed|NEWEST|VERSIONS|OUTCOMES  after a clean run
# NEWEST: the version folder that was the newest before, relative to the tree; empty for none. CLAIMS: what the run said it had
# promoted, relative to the tree, separated by blanks. VERSIONS: how many there are. OUTCOMES: `N STATUS:reason`, what is concluded
# in the end and how often something was concluded about the newest report; several that are right are separated by commas.
# Prints each violation as `FOLDER: what`. The sqlite3 shell may change the copies.
set -u -o pipefail
shopt -s nullglob

worlds=() lines=()
while IFS= read -r line; do
  lines+=("$line") worlds+=("${line%%|*}")
done

# One program for all of them, as starting programs is what takes the time.
declare -A summed links recorded outcome
while read -r kind mode path target; do
  for world in "${worlds[@]}"; do [[ $path != "$world"/* ]] || break; done
  path=${path#"$world/validated/"}
  if [[ $kind == l ]]; then
    links[$world/$path]=$target
  else
    [[ $mode == 440 ]] || echo "$world: $path has mode $mode"
    [[ ${path##*/} != SHA256SUMS ]] || summed[$world]+="${path%/*} "
  fi
done < <(find "${worlds[@]/%//validated}" -name .incoming -prune -o ! -name .backupmon \( -type l -o -type f \) -printf '%y %m %p %l\n')

while IFS= read -r line; do
  case $line in
    'world '*) world=${line#world } ;;
    'outcome '*) outcome[$world]=${line#outcome } ;;
    *) recorded[$world]+=$line$'\n' ;;
  esac
done < <(
  for world in "${worlds[@]}"; do
    echo ".open $world/state/backupmon.db"
    echo ".print world $world"
    echo "select * from pragma_integrity_check where integrity_check <> 'ok';
      select 'present ' || folder || ' ' || sha256 || '  ' || file from versions where state = 'present' order by folder;
      select 'held ' || folder || ' ' || sha256 || '  ' || file from held order by folder;
      select 'outcome ' || (select count(*) from versions where state = 'present') || ' versions, '
        || (select count(*) from events where entry_id = (select max(id) from entries)) || ' '
        || (select status || ':' || reason from events where id = (select last_event_id from jobs));"
  done | sqlite3 -batch 2>&1
)

sums=()
for line in "${lines[@]}"; do
  IFS='|' read -r world phase newest rest <<<"$line"
  say() { echo "$world: $*"; }
  cd "$world/validated" || exit

  folders=(paris/compta/[0-9]*) held=(.held/paris/compta/[0-9]*) expected=
  for folder in "${folders[@]}" "${held[@]}"; do
    files=("$folder"/* "$folder"/.[!.]*) sum= name=
    [[ ${#files[@]} == 2 ]] || say "$folder holds something else than a file and its SHA256SUMS: ${files[*]}"
    read -r sum name <"$folder/SHA256SUMS" || say "$folder has no SHA256SUMS"
    sums+=("$sum  $PWD/$folder/$name")
    [[ $folder == .held/* ]] && state=held || state=present
    expected+="$state $folder $sum  $name"$'\n'
  done
  known=(${summed[$world]-})
  ((${#folders[@]} + ${#held[@]} == ${#known[@]})) || say "versions lie somewhere else: ${known[*]}"
  current=${links[$world/paris/compta/current]-}
  [[ -z $current || -e paris/compta/$current/SHA256SUMS ]] || say "current leads nowhere: $current"
  if [[ -n $newest && ! -d $newest ]]; then
    [[ ${#folders[@]} -gt 0 && ${folders[-1]} > $newest ]] || say "$newest is gone, and no later one is there"
  fi

  if [[ $phase == fault ]]; then
    for claim in $rest; do
      [[ -f $claim ]] || say "told to be promoted, and not there: $claim"
      [[ ${recorded[$world]-} =~ "present ${claim%/*} "[0-9a-f]{64}"  ${claim##*/}"$'\n' ]] \
        || say "told to be promoted, and not recorded: $claim"
    done
    continue
  fi

  incoming=(.incoming/* .incoming/.[!.]*)
  [[ ${#incoming[@]} == 0 ]] || say "left over: ${incoming[*]}"
  reports=("$world"/deposits/paris/log/*.json)
  [[ ${#reports[@]} == 0 ]] || say "not archived: ${reports[*]}"
  strays=("$world"/deposits/paris/database/.[!.]*)
  [[ ${#strays[@]} == 0 ]] || say "left in the drop zone: ${strays[*]}"
  [[ ${recorded[$world]-} == "$expected" ]] \
    || say "recorded is not what lies in the tree: $(diff <(echo "$expected") <(echo "${recorded[$world]-}") | tr '\n' ' ')"
  right=",${rest#*|}," versions="${outcome[$world]-}"
  [[ ${versions%%,*} == "${rest%%|*} versions" && $right == *",${versions#*, },"* ]] || say "the outcome is $versions, and not $rest"
  [[ ${#folders[@]} == 0 || $current == "${folders[-1]##*/}" ]] || say "current is $current"
done

if [[ ${#sums[@]} -gt 0 ]]; then
  printf '%s\n' "${sums[@]}" | sha256sum --quiet --strict -c 2>&1 | while read -r line; do
    for world in "${worlds[@]}"; do [[ $line != *"$world/"* ]] || break; done
    [[ $line == 'sha256sum: WARNING: '*' did NOT match' || $line == 'sha256sum: WARNING: '*'could not be read' ]] \
      || echo "$world: does not verify: $line"
  done
fi
exit 0
