namespace CampaignEngine.Cli.Output;

internal enum OutputFormat
{
    /// <summary>For people: aligned columns.</summary>
    Table,

    /// <summary>For programs: snake_case names, instants as ISO 8601.</summary>
    Json,

    /// <summary>For spreadsheets: a header line, quoted where needed, formulas made harmless.</summary>
    Csv,
}
