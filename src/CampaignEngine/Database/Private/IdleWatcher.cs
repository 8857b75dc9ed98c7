using System.Globalization;

namespace CampaignEngine.Database.Private;

/// <summary>
/// A detached shell of a few lines that waits (blocked in flock, not polling) until nobody uses the server, lingers, and stops
/// it. It is what remains when a user dies by kill -9, or when the workspace is deleted while the cluster lies elsewhere. Where
/// the system has no flock program, the last user stops the server itself.
/// </summary>
internal static class IdleWatcher
{
    // $1 marks folder, $2 home, $3 seconds to linger, then the stop command. Descriptor 7 holds the watcher's lock for its
    // whole life and is closed for children, so that a killed watcher does not seem alive; 8 holds the guard while stopping.
    private const string Script = """
        exec </dev/null >/dev/null 2>&1
        marks=$1 home=$2 linger=$3
        shift 3
        exec 7>>"$marks/pg.watcher" || exit 1
        flock -n -x 7 || exit 0
        while :; do
            flock -x "$marks/pg.users" true 7>&- || [ ! -d "$marks" ] || exit 1
            sleep "$linger" 7>&-
            [ -d "$home/data" ] || exit 0
            if [ ! -d "$marks" ]; then
                cd "$home" && "$@" 7>&-
                exit 0
            fi
            exec 8>>"$marks/pg.lock" || exit 1
            flock -x 8 || exit 1
            [ -e "$marks/pg.keep" ] && exit 0
            if flock -n -x "$marks/pg.users" true 7>&- 8>&-; then
                cd "$home" && "$@" 7>&- 8>&-
                exit 0
            fi
            exec 8>&-
        done
        """;

    public static bool IsPossible => ServerProgram.Find("flock") is not null;

    /// <summary>Starts the watcher unless one is at work. The caller holds the guard and is a user, so the watcher waits at first.</summary>
    public static void Ensure(ClusterPlace place, IReadOnlyList<string> stopCommand, TimeSpan linger)
    {
        if (!IsPossible)
        {
            return;
        }

        using (var free = FileLock.TryExclusive(place.WatcherLock))
        {
            if (free is null)
            {
                return;
            }
        }

        string[] shell =
        [
            "/bin/sh", "-c", Script, "campaign-idle-watcher",
            place.MarksDirectory, place.Home, linger.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture), .. stopCommand,
        ];

        // A session of its own: Ctrl-C in the terminal, or its closing, must not end the watcher.
        string[] command = ServerProgram.Find("setsid") is { } setsid ? [setsid, .. shell] : shell;
        ServerProgram.StartDetached("/", command[0], command[1..]);
    }
}
