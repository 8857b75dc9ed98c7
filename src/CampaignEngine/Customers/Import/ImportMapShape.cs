using CampaignEngine.Authoring;

namespace CampaignEngine.Customers.Import;

/// <summary>The shape of imports/*.yaml.</summary>
public static class ImportMapShape
{
    private static readonly ScalarKind Expression = new("expression", "row.Country", null, text => text.Trim().Length == 0 ? "the expression is empty" : null);

    private static readonly ScalarKind Separator = new("separator", ";", null, text =>
        text.Length != 1 || !char.IsAscii(text[0]) || char.IsLetterOrDigit(text[0]) || text[0] is '\r' or '\n' or '"' ? $"'{Shown.Text(text)}' cannot separate fields; write one character, \"\\t\" for a tab" : null);

    private static readonly ScalarKind Quote = new("quote", "'", null, text =>
        text == "none" || (text.Length == 1 && char.IsAscii(text[0]) && !char.IsLetterOrDigit(text[0]) && !char.IsWhiteSpace(text[0])) ? null : $"'{Shown.Text(text)}' is no quote; write one character or none");

    private static readonly ScalarKind DateFormat = new("date format", "yyyy-MM-dd HH:mm:ss", null, DateFormatFault);

    private static readonly ScalarKind Any = new("text", "unknown", null, _ => null);

    private static readonly Shape Words = new ListShape(new ScalarShape(Any) { Description = "One text." }) { OrSingle = true, Description = "Texts." };

    private static readonly Shape Dates = new ListShape(new ScalarShape(DateFormat) { Description = "A .NET custom date format." })
    {
        OrSingle = true,
        Description = "How dates and times are written, tried in order.",
    };

    private static readonly Shape Decimal = new ChoiceShape(".", ",") { Description = "Decimal separator." };

    private static readonly Shape Thousands = new ChoiceShape(".", ",", "'", " ") { Description = "Character between groups of three digits." };

    private static readonly Shape Zone = new ScalarShape(ScalarKind.Zone) { Description = "Zone of times written without an offset." };

    private static readonly Shape Parts = new ListShape(new ScalarShape(Expression) { Description = "An expression over row, record and the names of 'let'." })
    {
        OrSingle = true,
        AtLeast = 1,
        Description = "An expression; several are joined with '|' into one text, for keys of several columns.",
    };

    private static readonly Shape Value = new ListShape(new EitherShape(
        new ScalarShape(Expression) { Description = "An expression over row, record and the names of 'let'." },
        new MapShape(
            new("value", Parts) { Required = true },
            new("dates", Dates) { Default = "as in 'file'" },
            new("zone", Zone) { Default = "as in 'file'" },
            new("decimal", Decimal) { Default = "as in 'file'" },
            new("thousands", Thousands) { Default = "as in 'file'" },
            new("phone", new ScalarShape(Expression) { Description = "The value is a phone number of this country (TW, or an expression such as row.country) and is stored as E.164 where it can be read." }))
        { Description = "A value that is written differently from the rest of the file." })
    { Description = "A value." })
    { OrSingle = true, AtLeast = 1, Description = "An expression; several are joined with '|' into one text; the long form states how the text is written." };

    private static readonly Shape FieldName = new ScalarShape(ScalarKind.Identifier) { Description = "Name of a field of this entity." };

    private static readonly Shape References = new NamedShape(ScalarKind.Identifier, new EitherShape(
        new ScalarShape(ScalarKind.Identifier) { Description = "Entity of this map: the row that the same record describes." },
        new MapShape(
            new("entity", new ScalarShape(ScalarKind.Identifier) { Description = "Entity that is referred to." }) { Required = true },
            new("by", new ScalarShape(ScalarKind.Identifier) { Description = "Field of that entity by which the row is found." }) { Default = "its label" },
            new("value", Value) { Required = true },
            new("missing", new ChoiceShape("reject", "empty") { Description = "What becomes of a row whose value is not found." }) { Default = "reject" })
        { Description = "A row that is found by a value." })
    { Description = "The row referred to." })
    { Description = "Fields that refer to rows of other entities." };

    private static readonly Shape EntityShape = new MapShape(
        new("when", new ScalarShape(Expression) { Description = "Only records for which this holds describe a row of this entity." }) { Default = "every record" },
        new("key", new ListShape(FieldName) { OrSingle = true, AtLeast = 1, Description = "Fields that identify a row; the same key is the same row, in the file and in the database." }) { Required = true },
        new("numbered", FieldName with { Description = "Text field of the key that tells equal rows of one file apart: the second gets #2 behind its text, the third #3." }),
        new("refs", References),
        new("set", new NamedShape(ScalarKind.Identifier, Value) { Description = "Fields and their values." }),
        new("min", new NamedShape(ScalarKind.Identifier, Value) { Description = "Fields that keep the least value of all records and of the database." }),
        new("max", new NamedShape(ScalarKind.Identifier, Value) { Description = "Fields that keep the greatest value." }),
        new("sum", new NamedShape(ScalarKind.Identifier, new ScalarShape(new("entity.field", "order_lines.amount", @"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$", text =>
            text.Count(c => c == '.') == 1 && text[0] != '.' && text[^1] != '.' ? null : $"'{Shown.Text(text)}' is not an entity and its field, such as order_lines.amount"))
        { Description = "Entity of this map and its field." })
        { Description = "Fields that are the sum over all rows of the database that refer to this one." }),
        new("on_conflict", new ChoiceShape("keep", "fill", "update", "replace") { Description = "What becomes of rows that are there already." }) { Default = "fill" })
    { Description = "What a record says about one entity." };

    private static readonly Shape Format = new MapShape(
        new("separator", new ScalarShape(Separator) { Description = "Character between two fields." }) { Default = "," },
        new("quote", new ScalarShape(Quote) { Description = "Character around fields that hold separators or line breaks, or none." }) { Default = "\"" },
        new("encoding", new ChoiceShape([.. SourceFormat.KnownEncodings]) { Description = "Encoding; a byte order mark overrules it." }) { Default = "utf-8" },
        new("zone", Zone) { Default = "UTC" },
        new("dates", Dates) { Default = "ISO 8601, with a blank or a T before the time" },
        new("decimal", Decimal) { Default = "." },
        new("thousands", Thousands) { Default = "none" },
        new("missing", Words with { Description = "Cells with one of these texts are empty." }),
        new("yes", Words with { Description = "Texts that mean true." }) { Default = "true, t, yes, y, 1" },
        new("no", Words with { Description = "Texts that mean false." }) { Default = "false, f, no, n, 0" },
        new("numbers", Words with { Description = "Columns that expressions see as numbers." }),
        new("columns", Words with { Description = "Names of the columns of a file without a header line." }) { Default = "the first line names them" },
        new("trim", new ScalarShape(ScalarKind.Boolean) { Description = "Drop blanks around cells." }) { Default = "true" },
        new("missing_columns", new ChoiceShape("error", "skip") { Description = "What becomes of parts of the map that name a column the file lacks." }) { Default = "error" })
    { Description = "How the file is written." };

    private static readonly Shape Let = new NamedShape(ScalarKind.Variable, new ScalarShape(Expression) { Description = "An expression over row, record and earlier names." })
    {
        Description = "Values with a name, computed once a record.",
    };

    private static readonly Shape Entities = new NamedShape(ScalarKind.Identifier, EntityShape) { Description = "Entities of model.yaml that the file feeds; of past campaigns in maps for import-history." };

    private static readonly ScalarKind FileName = new("file name", "campaigns.csv", null, text =>
        text.Length == 0 || text.AsSpan().ContainsAny('/', '\\', '\0') || text is "." or ".." ? $"'{Shown.Text(text)}' is no file name; name a file that lies beside the one that is imported, without a folder" : null);

    public static MapShape Shape { get; } = new(
        new("import", new ScalarShape(ScalarKind.Name) { Description = "Name of the map." }) { Required = true },
        new("title", new ScalarShape(ScalarKind.Line) { Description = "What is imported, for people." }),
        new("file", Format),
        new("let", Let),
        new("entities", Entities) { Default = "stand under 'sources' where a map has several files" },
        new("sources", new ListShape(new MapShape(
            new("from", new ScalarShape(FileName) { Description = "A file that lies beside the one that is imported; .gz may be missing." }) { Default = "the file that is imported" },
            new("file", Format),
            new("let", Let),
            new("entities", Entities) { Required = true })
        { Description = "What one file says." })
        { AtLeast = 1, Description = "Several files that belong together, read in this order and kept together or not at all; rows of one can refer to rows of those before it." }))
    {
        Description = "How the columns of a CSV file become rows of the customer database.",
    };

    private static string? DateFormatFault(string text)
    {
        if (text.Length > 1 && text.AsSpan().ContainsAny('y', 'd'))
        {
            try
            {
                _ = DateTime.UnixEpoch.ToString(text, System.Globalization.CultureInfo.InvariantCulture);
                return null;
            }
            catch (FormatException)
            {
                // Said below.
            }
        }

        return $"'{Shown.Text(text)}' is no date format; write for example yyyy-MM-dd HH:mm:ss or dd.MM.yyyy";
    }
}
