using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace CampaignEngine.Cli.Output;

/// <summary>Writes results to stdout in the format the caller of the command chose. Messages belong on stderr instead.</summary>
internal sealed class ResultWriter(OutputFormat format, TextWriter output, TimeZoneInfo? zone = null)
{
    // What the border of a column takes, besides its text.
    private const int Gap = 3;
    private const int WidestWord = 24;

    public OutputFormat Format => format;

    /// <summary>Rows of one record type: its members are the columns, in their order.</summary>
    public void Rows<T>(IEnumerable<T> rows)
    {
        var elements = rows.Select(JsonResults.Element).ToList();
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteLine(JsonSerializer.Serialize(elements, JsonResults.Options));
                break;
            case OutputFormat.Csv:
                WriteCsv(Columns<T>(elements), elements);
                break;
            default:
                WriteTable(Columns<T>(elements), elements);
                break;
        }
    }

    /// <summary>
    /// One record. JSON: the object. CSV: <paramref name="rows"/> where given, else one line. Table: <paramref name="table"/>
    /// where given, else a line per member.
    /// </summary>
    public void Document<T>(T document, Action<IAnsiConsole>? table = null, Action<ResultWriter>? rows = null)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteLine(JsonSerializer.Serialize(document, JsonResults.Options));
                break;
            case OutputFormat.Csv when rows is not null:
                rows(this);
                break;
            case OutputFormat.Csv:
                Rows([document]);
                break;
            case OutputFormat.Table when table is not null:
                table(Console());
                break;
            default:
                WriteMembers(JsonResults.Element(document));
                break;
        }
    }

    /// <summary>Rows as they come, for more of them than memory should hold: json and csv are written row by row, a table shows a summary at the end.</summary>
    public async Task StreamAsync<T, TSummary>(IAsyncEnumerable<T> rows, Func<IEnumerable<TSummary>> summary)
    {
        var count = 0;
        await foreach (var row in rows)
        {
            if (format == OutputFormat.Json)
            {
                await output.WriteAsync((count == 0 ? "[\n" : ",\n") + JsonSerializer.Serialize(row, JsonResults.Options));
            }
            else if (format == OutputFormat.Csv)
            {
                var element = JsonResults.Element(row);
                var columns = Columns<T>([element]);
                await output.WriteAsync((count == 0 ? CsvLine.Of(columns) + output.NewLine : "") + CsvLine.Of(columns.Select(column => Cell(element.GetProperty(column)))) + output.NewLine);
            }

            count++;
        }

        switch (format)
        {
            case OutputFormat.Json:
                await output.WriteLineAsync(count == 0 ? "[]" : "\n]");
                break;
            case OutputFormat.Csv when count == 0:
                await output.WriteLineAsync(CsvLine.Of(Columns<T>([])));
                break;
            case OutputFormat.Table:
                Rows(summary());
                break;
        }
    }

    private static List<string> Columns<T>(List<JsonElement> rows)
    {
        // Without rows the header still tells what the columns would have been.
        var named = rows.Count > 0
            ? rows[0].EnumerateObject().Select(member => member.Name)
            : typeof(T).GetProperties().Where(member => member.GetIndexParameters().Length == 0)
                .Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name));
        return [.. named];
    }

    private void WriteCsv(List<string> columns, List<JsonElement> rows)
    {
        output.WriteLine(CsvLine.Of(columns));
        foreach (var row in rows)
        {
            output.WriteLine(CsvLine.Of(columns.Select(column => Cell(row.GetProperty(column)))));
        }
    }

    // What is 0 or empty in every row goes first; what still does not fit is shown one row below the other. Numbers are never cut.
    private void WriteTable(List<string> columns, List<JsonElement> rows)
    {
        var console = Console();
        var shown = columns;
        if (Narrowest(shown, rows) > console.Profile.Width)
        {
            shown = [.. columns.Where(column => rows.Any(row => !IsNothing(row.GetProperty(column))))];
        }

        if (Narrowest(shown, rows) > console.Profile.Width)
        {
            rows.ForEach(WriteMembers);
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in shown)
        {
            var heading = new TableColumn(new Text(column.Replace('_', ' ')));
            table.AddColumn(!IsNumeric(column, rows) ? heading : new TableColumn(new Text(column.Replace('_', ' '))) { NoWrap = true }.RightAligned());
        }

        foreach (var row in rows)
        {
            table.AddRow(shown.Select(column => new Text(Terminal.Clean(Shown(row.GetProperty(column))))));
        }

        console.Write(table);
    }

    private int Narrowest(List<string> columns, List<JsonElement> rows) => columns.Sum(column => Gap + Math.Max(
        Words(column.Replace('_', ' ')).Max(word => word.Length),
        rows.Select(row => Shown(row.GetProperty(column))).Select(text => IsNumeric(column, rows) ? text.Length : Words(text).Max(word => Math.Min(WidestWord, word.Length))).DefaultIfEmpty().Max()));

    private static string[] Words(string text) => text.Split(' ');

    private static bool IsNumeric(string column, List<JsonElement> rows) => rows.Any(row => row.GetProperty(column).ValueKind == JsonValueKind.Number);

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.Number => value.TryGetDecimal(out var number) && number == 0,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    private void WriteMembers(JsonElement document)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
        foreach (var member in document.EnumerateObject())
        {
            grid.AddRow(new Text(member.Name.Replace('_', ' ')), new Text(Terminal.Clean(Shown(member.Value))));
        }

        Console().Write(grid);
        output.WriteLine();
    }

    // People read times of their own zone, without fractions; json and csv keep the instant.
    private string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: >= 19 } text && text[10] == 'T' && value.TryGetDateTimeOffset(out var instant)
            ? LocalTime.Text(instant, zone ?? TimeZoneInfo.Local)
            : Cell(value);

    private IAnsiConsole Console() =>
        Terminal.For(output, redirected: !ReferenceEquals(output, System.Console.Out) || System.Console.IsOutputRedirected);

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Number when value.TryGetDecimal(out var number) => number.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Cell)),
        _ => value.GetRawText(),
    };
}
