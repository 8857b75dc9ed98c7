namespace CampaignEngine.Templating.Evaluation;

/// <summary>A fault of a function that does not know its place; the call it happened in adds it.</summary>
internal sealed class RenderFault(string text, string code = Faults.Runtime, int argument = -1) : Exception(text)
{
    public string Code { get; } = code;

    /// <summary>The index of the argument at fault, or -1 for the call as a whole.</summary>
    public int Argument { get; } = argument;
}

/// <summary>Codes of the faults a rendering can end with.</summary>
internal static class Faults
{
    public const string Runtime = "CE3101";
    public const string UnsafeValue = "CE3102";
    public const string Steps = "CE3201";
    public const string Output = "CE3202";
    public const string Recursion = "CE3203";
    public const string Loops = "CE3204";
    public const string TextLength = "CE3205";
    public const string ListLength = "CE3206";
    public const string Regex = "CE3207";
    public const string Time = "CE3208";
    public const string Cancelled = "CE3209";
}
