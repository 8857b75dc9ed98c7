namespace CampaignEngine.Audiences.Conditions;

internal enum TokenKind
{
    End,
    Word,
    Text,
    Number,
    Percent,
    Date,
    Time,
    Symbol,
}

/// <summary>One token of a condition. <see cref="Value"/>: text without quotes, number, fraction, DateOnly, DateTime (local) or DateTimeOffset.</summary>
internal readonly record struct ConditionToken(TokenKind Kind, string Text, int Start, int End, object? Value)
{
    public bool Is(string word) => Kind == TokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}
