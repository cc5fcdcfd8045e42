# fish completion for backupmon
#
# Nothing of what is typed or offered is evaluated: fish takes what a function prints line by line, and quotes it when it is inserted.

# The option of a command takes a value that is a word of its own.
function __backupmon_takes_value
    switch "$argv[1]:$argv[2]"
        case @valued@
            return 0
    end
    return 1
end

# Prints the command that is given, empty for none; then how many arguments it has before the cursor; then 1 where options have
# ended; then the arguments.
function __backupmon_read
    set -l command ''
    set -l ended 0
    set -l places
    set -l waiting 0
    for word in (commandline -opc)[2..-1]
        if test $waiting = 1
            set waiting 0
        else if test $ended = 0; and test "$word" = --
            set ended 1
        else if test $ended = 0; and string match -q -- '-?*' $word
            __backupmon_takes_value "$command" $word; and set waiting 1
        else if test -z "$command"
            set command $word
        else
            set -a places $word
        end
    end
    printf '%s\n' "$command" (count $places) $ended $places
end

# Whether the command is the one that is named, or, with a number too, whether its argument of that number is the next one.
function __backupmon_at
    set -l line (__backupmon_read)
    test "$line[1]" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    test $line[2] = $argv[2]
end

# Whether the word before the cursor is the option that is named.
function __backupmon_after
    set -l words (commandline -opc)
    test "$words[-1]" = $argv[1]
end

# Prints what the program says of a kind: what --config says on this line counts for it too.
function __backupmon_ask
    set -l given
    set -l words (commandline -op)
    for index in (seq 2 (count $words))
        set -l value
        switch $words[$index]
            case --
                break
            case --config
                set -l next (math $index + 1)
                set value "$words[$next]"
            case '--config=*'
                set value (string replace -- --config= '' $words[$index])
            case '*'
                continue
        end
        if string match -q '~/*' -- $value
            set value $HOME(string sub -s 2 -- $value)
        end
        set given --config=$value
    end
    command backupmon $given complete $argv 2>/dev/null </dev/null
end

# Words of one kind for the place at the cursor.
function __backupmon_words
    if test $argv[1] = commands
        string split ' ' '@commands@'
        return
    end
    set -l line (__backupmon_read)
    set -l asked $argv[1]
    test $argv[1] = deposits; and set -a asked -- "$line[4]"
    # Of what it inserts fish leaves a ~ at the beginning as it is, and then takes it for a home folder.
    set -l refused '~'
    # Where options may stand, a word that begins with a hyphen would be one.
    test $line[3] = 0; and set -a refused -
    for word in (__backupmon_ask $asked)
        contains -- (string sub -l 1 -- $word) $refused; or printf '%s\n' $word
    end
end

# A list of statuses as far as it goes, with each of those that may follow.
function __backupmon_statuses
    set -l begun (string replace -r -- '^--[a-z-]+=' '' (commandline -ct) | string replace -r -- '[^,]*$' '')
    for status_name in @statuses@
        contains -- $status_name (string split , -- $begun); or printf '%s%s\n' "$begun" $status_name
    end
end

complete -c backupmon -f
@completions@
