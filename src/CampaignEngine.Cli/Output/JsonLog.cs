using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace CampaignEngine.Cli.Output;

/// <summary>
/// Messages as JSON, one object a line: time, level, source, message, and whatever figures belong to it. Stands in for stderr, so that every line of
/// the program comes out like that. Addresses and telephone numbers, which a relay's answer may quote, are left out.
/// </summary>
internal sealed partial class JsonLog(TextWriter output, TimeProvider time) : TextWriter, ILoggerProvider
{
    private static readonly JsonSerializerOptions OneLine = new(JsonResults.Options) { WriteIndented = false };
    private readonly StringBuilder _line = new();
    private readonly Lock _gate = new();

    public override Encoding Encoding => output.Encoding;

    /// <summary>One entry.</summary>
    /// <param name="level">info, warning or error.</param>
    /// <param name="source">Which part speaks.</param>
    /// <param name="figures">Further members; null: none.</param>
    public void Write(string level, string source, string message, IReadOnlyDictionary<string, object?>? figures = null)
    {
        var entry = new Dictionary<string, object?>
        {
            ["time"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["level"] = level,
            ["source"] = source,
            ["message"] = WithoutPeople(message),
        };
        foreach (var (name, value) in figures ?? new Dictionary<string, object?>())
        {
            entry[name] = value is string text ? WithoutPeople(text) : value;
        }

        lock (_gate)
        {
            output.WriteLine(JsonSerializer.Serialize(entry, OneLine));
            output.Flush();
        }
    }

    public override void Write(char value)
    {
        string? full = null;
        lock (_gate)
        {
            if (value != '\n')
            {
                _line.Append(value);
            }
            else
            {
                full = _line.ToString().TrimEnd('\r');
                _line.Clear();
            }
        }

        if (!string.IsNullOrEmpty(full))
        {
            Write("info", "campaign", full);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    internal static string WithoutPeople(string text) => Telephone().Replace(Mailbox().Replace(text, "[address]"), "[number]");

    [GeneratedRegex("""[^\s<>"'(),;:@]+@[^\s<>"'(),;:@]+""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mailbox();

    [GeneratedRegex(@"\+[0-9][0-9 ().-]{5,18}[0-9]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Telephone();

    private sealed class Category(JsonLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var figures = exception is null ? null : new Dictionary<string, object?> { ["fault"] = exception.ToString() };
                log.Write(logLevel == LogLevel.Warning ? "warning" : "error", name, formatter(state, exception), figures);
            }
        }
    }
}
