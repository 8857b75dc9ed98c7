using System.Globalization;

namespace CampaignEngine.Database.Private;

/// <summary>
/// The operating system's user under whom the server runs: ourselves, or for root (whom PostgreSQL refuses) an unprivileged one.
/// </summary>
internal sealed record ServerAccount(int? UserId, int? GroupId, string Name)
{
    /// <summary>The user who runs this process.</summary>
    public static ServerAccount Self { get; } = new(null, null, Environment.UserName);

    public bool IsSelf => UserId is null;

    /// <summary>
    /// Self for everybody but root. For root: the owner of an existing cluster, else <c>postgres</c>, else <c>nobody</c>.
    /// </summary>
    public static async Task<ServerAccount> ForAsync(string clusterDirectory, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return Self;
        }

        if (Directory.Exists(clusterDirectory) && await OwnerAsync(clusterDirectory, cancellationToken) is { UserId: not 0 } owner)
        {
            return owner;
        }

        foreach (var name in (string[])["postgres", "nobody"])
        {
            if (await LookUpAsync("-u", name, cancellationToken) is { } user and not 0
                && await LookUpAsync("-g", name, cancellationToken) is { } group)
            {
                return new(user, group, name);
            }
        }

        throw new DatabaseUnavailableException(
            "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it; create one (useradd --system postgres) or work as another user");
    }

    /// <summary>The command that runs a program under this account, as an argument list.</summary>
    public IReadOnlyList<string> Wrap(string program, IReadOnlyList<string> arguments)
    {
        if (IsSelf)
        {
            return [program, .. arguments];
        }

        if (ServerProgram.Find("setpriv") is { } setpriv)
        {
            return [setpriv, $"--reuid={UserId}", $"--regid={GroupId}", "--clear-groups", "--", program, .. arguments];
        }

        if (ServerProgram.Find("runuser") is { } runuser)
        {
            return [runuser, "-u", Name, "--", program, .. arguments];
        }

        return ServerProgram.Find("su") is { } su
            ? [su, "-s", "/bin/sh", Name, "-c", string.Join(' ', arguments.Prepend(program).Select(Quote))]
            : throw new DatabaseUnavailableException(
                $"PostgreSQL does not run as root, and none of setpriv, runuser, su is there to run it as '{Name}'; install util-linux");
    }

    /// <summary>Whether this account can enter a folder.</summary>
    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancellationToken) =>
        IsSelf || (await ServerProgram.RunAsync(this, "/", "/bin/sh", ["-c", "cd \"$1\"", "sh", directory], cancellationToken)).ExitCode == 0;

    /// <summary>Makes a folder that only this account may enter.</summary>
    public async Task MakePrivateDirectoryAsync(string directory, CancellationToken cancellationToken)
    {
        const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory, OnlyOwner);
            File.SetUnixFileMode(directory, OnlyOwner);
        }

        if (!IsSelf)
        {
            await OwnToolAsync("chown", [string.Create(CultureInfo.InvariantCulture, $"{UserId}:{GroupId}"), directory], cancellationToken);
        }
    }

    /// <summary>
    /// Makes a private folder in a place where others may write (/tmp): one that is already there has to be a real folder of
    /// this account, else somebody prepared a trap.
    /// </summary>
    public async Task MakePrivateDirectoryWithoutTakingAsync(string directory, CancellationToken cancellationToken)
    {
        if (new DirectoryInfo(directory) is { Exists: true } existing)
        {
            var owner = await OwnerAsync(directory, cancellationToken);
            var expected = UserId ?? (await LookUpAsync("-u", Name, cancellationToken));
            if (existing.LinkTarget is not null || owner?.UserId != expected)
            {
                throw new DatabaseUnavailableException(
                    $"{directory}, needed for the database's socket, exists and belongs to '{owner?.Name}' instead of '{Name}'; remove it and try again");
            }
        }

        await MakePrivateDirectoryAsync(directory, cancellationToken);
    }

    /// <summary>Who owns a file or folder; null when that cannot be told.</summary>
    public static async Task<ServerAccount?> OwnerAsync(string path, CancellationToken cancellationToken)
    {
        string[] format = OperatingSystem.IsLinux() ? ["-c", "%u %g %U"] : ["-f", "%u %g %Su"];
        var result = await ServerProgram.RunAsync(Self, "/", ServerProgram.Find("stat") ?? "stat", [.. format, path], cancellationToken);
        var parts = result.Output.Split(' ');
        return result.ExitCode == 0 && parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var group)
                ? new(user, group, parts[2])
                : null;
    }

    private static async Task<int?> LookUpAsync(string what, string name, CancellationToken cancellationToken)
    {
        var result = await ServerProgram.RunAsync(Self, "/", ServerProgram.Find("id") ?? "id", [what, name], cancellationToken);
        return result.ExitCode == 0 && int.TryParse(result.Output, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    private static async Task OwnToolAsync(string tool, string[] arguments, CancellationToken cancellationToken)
    {
        var result = await ServerProgram.RunAsync(Self, "/", ServerProgram.Find(tool) ?? tool, arguments, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new DatabaseUnavailableException($"{tool} {string.Join(' ', arguments)} failed: {result.Output}");
        }
    }

    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
