using CampaignEngine.Authoring;

namespace CampaignEngine.Customers.Import;

/// <summary>One file of imports/: how the columns of a CSV file, or of several that belong together, become rows of the database.</summary>
public sealed record ImportMap
{
    /// <summary>File name for messages, relative to the workspace.</summary>
    public required string File { get; init; }

    public required string Name { get; init; }

    /// <summary>The files in the order in which they are read and merged; most maps have one.</summary>
    public required IReadOnlyList<SourceMap> Sources { get; init; }
}

/// <summary>What one CSV file says.</summary>
public sealed record SourceMap
{
    /// <summary>The map's file, for messages.</summary>
    public required string MapFile { get; init; }

    /// <summary>Name of a file that lies beside the one that is imported, itself or with .gz behind it; null: that one.</summary>
    public Written? Beside { get; init; }

    public required SourceFormat Format { get; init; }

    /// <summary>Values with a name, usable in every expression below them.</summary>
    public required IReadOnlyList<NamedValue> Let { get; init; }

    /// <summary>Entities in the order in which they are merged: those that others refer to come first.</summary>
    public required IReadOnlyList<EntityMap> Entities { get; init; }
}

/// <summary>A value of <c>let</c>.</summary>
public sealed record NamedValue(string Name, ValueMap Value);

/// <summary>Where a value comes from and how its text is read.</summary>
public sealed record ValueMap
{
    /// <summary>Expressions over <c>row</c>; more than one are joined with '|'.</summary>
    public required IReadOnlyList<Written> Parts { get; init; }

    public required Place Place { get; init; }

    /// <summary>The file's format with what this value states differently.</summary>
    public required SourceFormat Format { get; init; }

    /// <summary>ISO country, or an expression that gives one: the value is a phone number, stored as E.164 where it can be read as one.</summary>
    public Written? Phone { get; init; }
}

/// <summary>A field and its value.</summary>
public sealed record FieldValue(Field Field, ValueMap Value);

/// <summary>What one record of the file says about one entity.</summary>
public sealed record EntityMap
{
    public required Entity Entity { get; init; }

    public required Place Place { get; init; }

    /// <summary>Records for which this is false, empty or zero say nothing about the entity; null: every record does.</summary>
    public ValueMap? When { get; init; }

    /// <summary>Fields that identify a row; all of them are among the set fields and references.</summary>
    public required IReadOnlyList<Field> Key { get; init; }

    public required IReadOnlyList<FieldValue> Set { get; init; }

    public IReadOnlyList<Reference> References { get; init; } = [];

    /// <summary>Fields that keep the least and the greatest value seen, in the file and in the database.</summary>
    public IReadOnlyList<FieldValue> Least { get; init; } = [];

    public IReadOnlyList<FieldValue> Greatest { get; init; } = [];

    public IReadOnlyList<RollUp> RollUps { get; init; } = [];

    /// <summary>Text field of the key that gets #2, #3 ... for equal keys of one file; null: equal keys are one row.</summary>
    public Field? Numbered { get; init; }

    public ConflictRule OnConflict { get; init; } = ConflictRule.Fill;
}

/// <summary>A field that holds the key of a row of another entity.</summary>
public sealed record Reference
{
    public required Field Field { get; init; }

    public required Entity Target { get; init; }

    /// <summary>Field of the target by which the row is found, and the field whose value is stored.</summary>
    public required Field By { get; init; }

    public required Field Stored { get; init; }

    /// <summary>Value of <see cref="By"/>; null: the row of the target that the same record describes.</summary>
    public ValueMap? Value { get; init; }

    /// <summary>An unknown value leaves the field empty instead of rejecting the row.</summary>
    public bool EmptyWhenMissing { get; init; }
}

/// <summary>A field that is the sum of a field over the rows of another entity that refer to this one, in the whole database.</summary>
public sealed record RollUp(Field Field, Entity Of, Field Summed, Field Link);

/// <summary>What happens to a row that is there already, and which of several records for one row counts.</summary>
public enum ConflictRule
{
    /// <summary>Rows that are there stay as they are; the first record counts.</summary>
    Keep,

    /// <summary>Only empty fields are filled; for each field the first value counts.</summary>
    Fill,

    /// <summary>Values of the file win, empty ones do not; for each field the last value counts.</summary>
    Update,

    /// <summary>The last record counts, with its empty values.</summary>
    Replace,
}
