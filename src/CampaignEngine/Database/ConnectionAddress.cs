using Npgsql;

namespace CampaignEngine.Database;

/// <summary>Reads and writes the <c>postgresql://</c> form of a connection string, which Npgsql itself does not know.</summary>
public static class ConnectionAddress
{
    /// <summary>Accepts Npgsql keywords or a <c>postgresql://</c> address (as psql takes it).</summary>
    /// <exception cref="FormatException">The text is neither; the message never repeats it, since it may hold a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            return text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                    ? FromUri(text)
                    : new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception fault) when (fault is ArgumentException or UriFormatException or FormatException)
        {
            throw new FormatException(
                "the database's connection string cannot be read; write 'Host=...;Port=5432;Database=...;Username=...;Password=...' "
                + "or 'postgresql://user:password@host:5432/database'", fault);
        }
    }

    /// <summary>The address without password, as messages show it.</summary>
    public static string Place(NpgsqlConnectionStringBuilder settings) =>
        settings.Host is { } host && host.StartsWith('/')
            ? $"'{settings.Database}' at socket {host}"
            : $"'{(string.IsNullOrEmpty(settings.Database) ? settings.Username : settings.Database)}' at {settings.Host}:{settings.Port}";

    /// <summary>A <c>postgresql://</c> address for psql and other tools; without the password unless asked.</summary>
    public static string ToUri(NpgsqlConnectionStringBuilder settings, bool withPassword = false)
    {
        var user = settings.Username is { Length: > 0 } name ? Uri.EscapeDataString(name) : "";
        var password = withPassword && settings.Password is { Length: > 0 } secret ? ":" + Uri.EscapeDataString(secret) : "";
        var login = user.Length + password.Length == 0 ? "" : $"{user}{password}@";
        var database = Uri.EscapeDataString(settings.Database ?? "");
        return settings.Host is { } host && host.StartsWith('/')
            ? $"postgresql://{login}/{database}?host={Uri.EscapeDataString(host)}"
            : $"postgresql://{login}{settings.Host}:{settings.Port}/{database}";
    }

    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        // An address with an empty host (socket in ?host=) is valid for libpq, not for System.Uri: a stand-in host makes it readable.
        const string NoHost = "socket.invalid";
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.IndexOfAny(['/', '?'], start) is var found and >= 0 ? found : text.Length;
        var authority = text[start..end];
        var complete = authority.Length == 0 || authority.EndsWith('@') ? text.Insert(end, NoHost) : text;
        var uri = new Uri(complete);

        var settings = new NpgsqlConnectionStringBuilder();
        var login = uri.UserInfo.Split(':', 2);
        if (login[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(login[0]);
        }

        if (login.Length == 2)
        {
            settings.Password = Uri.UnescapeDataString(login[1]);
        }

        if (uri.Host != NoHost)
        {
            settings.Host = uri.Host;
        }

        if (uri.Port > 0)
        {
            settings.Port = uri.Port;
        }

        if (uri.AbsolutePath.Length > 1)
        {
            settings.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(settings, Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.Length == 2 ? parts[1] : ""));
        }

        return settings;
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string key, string value)
    {
        switch (key)
        {
            case "host": settings.Host = value; break;
            case "port": settings["Port"] = value; break;
            case "user": settings.Username = value; break;
            case "dbname": settings.Database = value; break;
            case "password": settings.Password = value; break;
            case "sslmode": settings["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal); break;
            case "sslrootcert": settings.RootCertificate = value; break;
            case "connect_timeout": settings["Timeout"] = value; break;
            case "options": settings.Options = value; break;
            case "application_name": settings.ApplicationName = value; break;
            default: settings[key] = value; break;
        }
    }
}
