namespace CampaignEngine.Templating;

/// <summary>
/// Members by name without a dictionary: a caller with many rows (an import) implements it over its current row and
/// hands the same object to every evaluation.
/// </summary>
public interface IValueSource
{
    /// <summary>The member of that name; false when there is none.</summary>
    bool TryGetValue(string name, out object? value);
}
