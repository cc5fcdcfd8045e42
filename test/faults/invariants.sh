#!/usr/bin/env bash
# What must hold of trees and their databases, read with coreutils, find and the sqlite3 shell, and with nothing of the program.
# Reads one line for each copy of a world, its fields separated by `|`:
#   FOLDER|fault|DEPOSITS|NEWEST|CLAIMS              after a run that was disturbed
#   FOLDER|beside|DEPOSITS|NEWEST|CLAIMS             after one beside which others ran, which may have pruned what it promoted
#   FOLDER|healed|DEPOSITS|NEWEST|VERSIONS|OUTCOMES  after a clean run
# DEPOSITS: how many reports there are in the drop zones, archived or not, and how many files, separated by a blank; a pattern each.
# NEWEST: version folders that were the newest of their jobs before, relative to the tree. CLAIMS: what the run said it had promoted,
# relative to the tree. Both are separated by blanks. VERSIONS: how many there are of the only job, a blank, and the SHA-256 of the
# newest one's file. OUTCOMES: `N STATUS:reason`, what is concluded in
# the end and how often something was concluded about the newest report; several that are right are separated by commas. Where both
# are empty, every report is to be concluded about once. Prints each violation as `FOLDER: what`. The copies may be changed: the
# sqlite3 shell moves what is in a -wal.
set -u -o pipefail
shopt -s nullglob
export LC_ALL=C

worlds=() lines=()
while IFS= read -r line; do
  lines+=("$line") worlds+=("${line%%|*}")
done

# One program for all of them, as starting programs is what takes the time.
declare -A summed links outcome
stamped='/[0-9]{8}T[0-9]{6}Z(-[0-9]+)?$'
while read -r kind mode path target; do
  world=${path%%/validated/*}
  name=${path##*/} folder=${path%/*}
  case $kind in
    d) [[ ! $path =~ $stamped || -f $path/SHA256SUMS ]] || echo "$world: $path has no SHA256SUMS" ;;
    l) links[${path#"$world/validated/"}@$world]=$target ;;
    f)
      [[ $mode == 440 ]] || echo "$world: $path has mode $mode"
      [[ $folder =~ $stamped ]] || echo "$world: $path lies in no version"
      [[ $name != SHA256SUMS ]] || summed[$world]+="${folder#"$world/validated/"} "
      ;;
  esac
done < <(find "${worlds[@]/%//validated}" -name .incoming -prune -o ! -name .backupmon -printf '%y %m %p %l\n' | sort)

declare -A sent_reports sent_files
while read -r path; do
  world=${path%%/deposits/*}
  case ${path#"$world/deposits/"} in
    */log/*) sent_reports[$world]=$((${sent_reports[$world]-0} + 1)) ;;
    *) sent_files[$world]=$((${sent_files[$world]-0} + 1)) ;;
  esac
done < <(find "${worlds[@]/%//deposits}" -type f)

# What the database of each says, by kind: long texts are put together at once, as each addition to a text copies it.
declare -A recorded judged pruned
world= kind= said=()
keep() {
  local text=
  ((${#said[@]} == 0)) || printf -v text '%s\n' "${said[@]}"
  case $kind in
    recorded) recorded[$world]=$text ;;
    judged) judged[$world]=$text ;;
    pruned) pruned[$world]=$text ;;
  esac
  said=()
}
while IFS= read -r line; do
  case $line in
    'world '*) keep && world=${line#world } kind=recorded ;;
    judged | pruned) keep && kind=$line ;;
    'outcome '*) outcome[$world]=${line#outcome } ;;
    *) said+=("$line") ;;
  esac
done < <(
  for world in "${worlds[@]}"; do
    echo ".open $world/state/backupmon.db"
    echo ".print world $world"
    echo "select * from pragma_integrity_check where integrity_check <> 'ok';
      select 'bad and in no incident: ' || jobs.agent || '/' || database from jobs join events on events.id = last_event_id
        where expected = 1 and severity in ('warning', 'critical') and reason <> 'not_judged'
        and jobs.agent || '/' || database not in (select name from incident_members);
      select 'well and in an incident: ' || incident_members.name from incident_members join incidents on incidents.id = incident_id
        join jobs on jobs.agent || '/' || database = incident_members.name join events on events.id = last_event_id
        where kind in ('job', 'silent', 'lost') and events.severity = 'ok' and (expected = 0 or blocked_reason is null);
      select 'in no open incident: ' || name from incident_members
        where incident_id not in (select id from incidents where ended_at is null);
      select 'an incident of nobody: ' || kind || ' ' || name from incidents
        where ended_at is null and id not in (select incident_id from incident_members);
      select 'report twice ' || digest from reports group by digest having count(*) > 1;
      select 'held ' || folder || ' ' || sha256 || '  ' || file from held order by folder;
      select 'present ' || folder || ' ' || sha256 || '  ' || file from versions where state = 'present' order by folder;
      select 'outcome ' || (select count(*) from versions where state = 'present') || ' versions, '
        || (select count(*) from events where entry_id = (select max(id) from entries)) || ' '
        || (select status || ':' || reason from events where id = (select max(last_event_id) from jobs));"
    echo ".print judged"
    echo "select digest || ' ' || (select count(*) from events where entry_id = entries.id)
      from reports left join entries on report_id = reports.id order by 1;"
    echo ".print pruned"
    echo "select folder from versions where state in ('pruning', 'pruned') order by folder;"
  done | sqlite3 -batch 2>&1
)
keep

sums=()
for line in "${lines[@]}"; do
  IFS='|' read -r world phase deposits newest rest <<<"$line"
  say() { echo "$world: $*"; }
  cd "$world/validated" || exit
  known=${recorded[$world]-}
  found="${sent_reports[$world]-0} ${sent_files[$world]-0}"
  # shellcheck disable=SC2053
  [[ $found == $deposits ]] || say "the drop zones hold $found reports and files, and not $deposits"

  folders=(${summed[$world]-}) expected= last=
  declare -A latest=() sum_of=()
  for folder in "${folders[@]}"; do
    files=("$folder"/* "$folder"/.[!.]*) sum= name=
    [[ ${#files[@]} == 2 ]] || say "$folder holds something else than a file and its SHA256SUMS: ${files[*]}"
    mapfile -t text <"$folder/SHA256SUMS"
    if [[ ${#text[@]} == 1 && ${text[0]} =~ ^([0-9a-f]{64})"  "(.+)$ ]]; then
      sum=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]}
      sums+=("$sum  $PWD/$folder/$name") sum_of[$folder]=$sum
    else
      say "$folder/SHA256SUMS is not whole"
    fi
    case $folder in
      .held/*) state=held ;;
      # In order of time, as they are sorted.
      *) state=present latest[${folder%/*}]=$folder ;;
    esac
    expected+="$state $folder $sum  $name"$'\n'
  done
  for job in "${!latest[@]}"; do
    current=${links[$job/current@$world]-}
    if [[ -n $current && ! -e $job/$current/SHA256SUMS ]]; then say "$job/current leads nowhere: $current"; fi
    [[ $phase != healed || $job/$current == "${latest[$job]}" ]] || say "$job/current is $current, and not ${latest[$job]}"
  done
  for folder in $newest; do
    [[ -d $folder || ${latest[${folder%/*}]-} > $folder ]] || say "$folder is gone, and no later one is there"
  done

  if [[ $phase != healed ]]; then
    while IFS= read -r line; do
      case $line in
        '' | 'held '*) ;;
        'present '*) [[ $expected == *"$line"$'\n'* ]] || say "recorded, and not in the tree: $line" ;;
        *) say "the database says: $line" ;;
      esac
    done <<<"$known"
    for claim in $rest; do
      [[ $phase == fault || $'\n'${pruned[$world]-} != *$'\n'${claim%/*}$'\n'* ]] || continue
      [[ -f $claim ]] || say "told to be promoted, and not there: $claim"
      [[ $known =~ "present ${claim%/*} "[0-9a-f]{64}"  ${claim##*/}"$'\n' ]] || say "told to be promoted, and not recorded: $claim"
    done
    continue
  fi

  incoming=(.incoming/* .incoming/.[!.]*)
  [[ ${#incoming[@]} == 0 ]] || say "left over: ${incoming[*]}"
  strays=("$world"/deposits/*/log/*.json "$world"/deposits/*/database/.[!.]*)
  [[ ${#strays[@]} == 0 ]] || say "not archived, or left in the drop zone: ${strays[*]}"
  [[ $known == "$expected" ]] || say "recorded is not what lies in the tree: $(diff <(echo "$known") <(echo "$expected") | tr '\n' ' ')"
  if [[ -n ${rest%|} ]]; then
    right=",${rest#*|}," found="${outcome[$world]-}" versions=${rest%%|*}
    [[ ${found%%,*} == "${versions% *} versions" && $right == *",${found#*, },"* ]] || say "the outcome is $found, and not $rest"
    for folder in "${latest[@]}"; do
      [[ ${sum_of[$folder]-} == "${versions#* }" ]] || say "the newest version is $folder, and not that of ${versions#* }"
    done
  else
    archived=("$world"/deposits/*/log/_archive/*.json)
    once=$(sha256sum -- "${archived[@]}" | sed 's/ .*/ 1/' | sort)
    [[ ${judged[$world]-} == "$once"$'\n' ]] || say "reports are not judged once each: $(diff <(echo -n "${judged[$world]-}") <(echo "$once") | tr '\n' ' ')"
  fi
done

if [[ ${#sums[@]} -gt 0 ]]; then
  printf '%s\n' "${sums[@]}" | sha256sum --quiet --strict -c 2>&1 | while read -r line; do
    for world in "${worlds[@]}"; do [[ $line != *"$world/"* ]] || break; done
    [[ $line == 'sha256sum: WARNING: '* ]] || echo "$world: does not verify: $line"
  done
fi
exit 0
