# bash completion for backupmon
#
# Nothing of what is typed or offered is evaluated. The line is taken apart letter by letter; what a word stands for is
# not guessed where only bash could tell, as with $variable or `command`. A candidate continues what was typed, quoted as it was begun.

# Quotes, backslashes and carets in patterns mean themselves.
# shellcheck disable=SC1001,SC1003

# Takes a line apart. For its whole words: words, and in unknown 1 for those that only bash could expand. For the last one, which
# may go on: word, word_unknown, quote (' or " where one is open), dangling (1 after a backslash), and start, where readline
# begins to replace.
_backupmon_split() {
  local line=$1 character next inside='' before=0 target='' i
  words=() unknown=() word='' word_unknown='' quote='' dangling='' start=0
  for ((i = 0; i < ${#line}; i++)); do
    character=${line:i:1}
    if [[ $dangling ]]; then
      dangling=''
      # Between double quotes a backslash stands for itself before most letters.
      [[ $quote && $character != ['$`"\'] ]] && word+=\\
      word+=$character
      continue
    elif [[ $quote == \' && $character != \' ]]; then
      word+=$character
      continue
    fi
    case $quote$character in
      '\' | '"\') dangling=1 inside=1 ;;
      '""' | "''") quote='' start=$before ;;
      \' | \") quote=$character inside=1 before=$start start=$((i + 1)) ;;
      '"$' | '"`' | '"!') word+=$character word_unknown=1 ;;
      \"*) word+=$character ;;
      [$' \t\n<>'])
        # The number or & before a redirection is no word, and neither is the file behind it.
        [[ $character == [\<\>] && ($word == '&' || -z ${word//[0-9]/}) ]] && inside=''
        [[ $inside && -z $target ]] && words+=("$word") unknown+=("$word_unknown")
        [[ $inside ]] && target=''
        [[ $character == [\<\>] ]] && target=1
        word='' word_unknown='' inside='' start=$((i + 1))
        ;;
      *)
        next=${line:i+1:1}
        case $character in
          ['$`*?[{!&|;()']) word_unknown=1 ;;
          '#') [[ $inside ]] || word_unknown=1 ;;
          '~') [[ $inside || $next == [/[:space:]] ]] || word_unknown=1 ;;
        esac
        if [[ $character == '~' && -z $inside ]]; then word=${HOME-}; else word+=$character; fi
        inside=1
        # It belongs to what readline replaces, other than the rest of these letters.
        if [[ $character == @ && ${COMP_WORDBREAKS-} == *@* ]]; then
          start=$i
        elif [[ ${COMP_WORDBREAKS-} == *"$character"* ]]; then
          start=$((i + 1))
        fi
        ;;
    esac
  done
  [[ -z $target ]] || redirected=1
}

# What an option of a command takes: kind, empty for none, and optional, 1 where it can stand alone.
_backupmon_value() {
  kind='' optional=''
  case $1:$2 in
@values@
  esac
}

# The options of a command, and of what kind its arguments are; `many` where the last one may come again.
_backupmon_command() {
  options=() arguments=() many=''
  case $1 in
    '') arguments=(commands) ;;
@commands@
  esac
  options+=(@common@)
}

_backupmon_configure() {
  config=("$1")
  [[ -z $2 ]] || config+=(unknown)
}

# Goes through the words: command, places (arguments that are there), options_ended, waiting (the option whose value comes
# next), and config (what --config was given; a second element where only bash could tell).
_backupmon_walk() {
  local i current kind optional
  command='' places=() options_ended='' waiting='' config=()
  for ((i = 1; i < ${#words[@]}; i++)); do
    current=${words[i]}
    if [[ $waiting ]]; then
      _backupmon_value "$command" "$waiting"
      [[ $waiting == --config ]] && _backupmon_configure "$current" "${unknown[i]}"
      waiting=''
      [[ $optional && $current == -* ]] || continue
    fi
    if [[ $options_ended || $current != -?* ]]; then
      if [[ -z $command ]]; then
        command=$current
      elif [[ ${unknown[i]} ]]; then
        places+=('')
      else
        places+=("$current")
      fi
    elif [[ $current == -- ]]; then
      options_ended=1
    elif [[ $current == --config=* ]]; then
      _backupmon_configure "${current#--config=}" "${unknown[i]}"
    else
      _backupmon_value "$command" "$current"
      [[ $kind ]] && waiting=$current
    fi
  done
}

# Asks the program for words of one kind: candidates. Whatever goes wrong, there are none.
_backupmon_ask() {
  local -a given=()
  ((${#config[@]} < 2)) || return
  ((${#config[@]} == 0)) || given=("--config=${config[0]}")
  mapfile -t candidates < <(command backupmon "${given[@]}" complete "$@" 2>/dev/null </dev/null)
}

# How the end of a word is written where the quotes are as they are on the line: written. Fails where it cannot be.
_backupmon_write() {
  local end=$1 character escape i
  written=''
  for ((i = 0; i < ${#end}; i++)); do
    character=${end:i:1}
    escape=''
    case $quote$character in
      [\ \!\"\#\$\&\'\(\)\*\;\<\>\?\[\\\]\^\`\{\|\}\~]) escape=\\ ;;
      "''") character="'\\''" ;;
      \'*) ;;
      '"!') character="\"'!'\"" ;;
      '""' | '"$' | '"`' | '"\') escape=\\ ;;
    esac
    # The backslash is on the line already.
    if ((i == 0)) && [[ $dangling ]]; then
      [[ $escape || -z $quote ]] || return 1
      escape=''
    fi
    written+=$escape$character
  done
  [[ -z $dangling || $end ]] || return 1
  [[ $quote ]] || return 0
  # Readline takes a quote right behind the one that was opened for that one, and one at the end for the closing one.
  if [[ $written == "$quote"* && ${line:start-1:1} == "$quote" ]] && ((start == ${#line})); then
    written=$quote$written
  fi
  [[ $line$written != *"$quote" ]] || written+=$quote
}

# Offers those candidates that begin with a text.
_backupmon_offer() {
  local begun=$1 candidate end written
  shift
  for candidate; do
    end=${candidate#"$begun"}
    [[ -z $begun || $end != "$candidate" ]] || continue
    _backupmon_write "$end" && COMPREPLY+=("${line:start}$written")
  done
}

# Offers what is expected.
_backupmon_offer_kind() {
  local candidate
  local -a candidates=()
  case $kind in
    path)
      # Readline does it, with its own rules for quotes and ~.
      compopt -o default 2>/dev/null
      return
      ;;
    options)
      _backupmon_offer "$begun" "${options[@]}"
      return
      ;;
    names | jobs | ways | shipped) _backupmon_ask "$kind" ;;
    deposits) [[ ${places[0]-} ]] && _backupmon_ask deposits -- "${places[0]}" ;;
    commands) candidates=(@names@) ;;
    spans) candidates=(@spans@) ;;
    statuses)
      for candidate in @statuses@; do
        [[ ,$begun == *,"$candidate",* ]] || candidates+=("$candidate")
      done
      begun=${begun##*,}
      ;;
  esac
  # Where options may stand, a word that begins with a hyphen would be one.
  if [[ -z $options_ended && $word != -* ]]; then
    for candidate in "${!candidates[@]}"; do
      [[ ${candidates[candidate]} == -* ]] && unset "candidates[$candidate]"
    done
  fi
  _backupmon_offer "$begun" "${candidates[@]}"
}

# What is expected at the cursor: kind, and begun, as much of it as is typed.
_backupmon_expect() {
  local place=${#places[@]}
  begun=$word
  _backupmon_value "$command" "$waiting"
  [[ $waiting && ! ($optional && $word == -*) ]] && return
  if [[ -z $options_ended && $word == --*=* ]]; then
    _backupmon_value "$command" "${word%%=*}"
    kind=${kind:-free} begun=${word#*=}
    return
  fi
  _backupmon_command "$command"
  [[ $many ]] && ((place >= ${#arguments[@]})) && place=$((${#arguments[@]} - 1))
  kind=${arguments[place]-}
  [[ -z $options_ended && ($word == -* || -z $kind) ]] && kind=options
}

_backupmon() {
  local line=${COMP_LINE:0:COMP_POINT}
  local word word_unknown quote dangling start redirected='' command options_ended waiting kind optional many begun
  local -a words unknown places config whole options arguments
  COMPREPLY=()
  # Once with what stands behind the cursor: it may say which configuration counts.
  _backupmon_split "$COMP_LINE"
  [[ $word ]] && words+=("$word") unknown+=("$word_unknown")
  _backupmon_walk
  whole=("${config[@]}")
  redirected=''
  _backupmon_split "$line"
  _backupmon_walk
  config=("${whole[@]}")
  _backupmon_expect
  [[ $redirected ]] && kind=path
  [[ $kind == path || -z $word_unknown ]] && _backupmon_offer_kind
}

complete -F _backupmon backupmon
