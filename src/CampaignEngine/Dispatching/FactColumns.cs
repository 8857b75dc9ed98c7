using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>Ends of attempts, turned into the columns that unnest takes.</summary>
internal sealed class FactColumns
{
    private readonly List<int> _mailings = [];
    private readonly List<int> _ordinals = [];
    private readonly List<short> _attempts = [];
    private readonly List<int> _chunks = [];
    private readonly List<string> _outcomes = [];
    private readonly List<string?> _reasons = [];
    private readonly List<short> _codes = [];
    private readonly List<DateTime> _times = [];
    private readonly List<TimeSpan> _delays = [];

    public int Count => _mailings.Count;

    public void Add(ItemResult result, TimeSpan delay)
    {
        _mailings.Add(result.Chunk.Mailing.Mailing.MailingId);
        _ordinals.Add(result.Item.Ordinal);
        _attempts.Add((short)result.Item.Attempt);
        _chunks.Add(result.Chunk.ChunkNo);
        _outcomes.Add(result.Verdict.Outcome == SendOutcome.InDoubt ? "" : result.Verdict.Outcome.Word());
        _reasons.Add(result.Verdict.Text);
        _codes.Add((short)result.Verdict.Code);
        _times.Add(result.At.UtcDateTime);
        _delays.Add(delay);
    }

    public void Fill(NpgsqlBatchCommand command, bool withChunks)
    {
        AddKeys(command);
        command.Parameters.AddWithValue("outcomes", _outcomes.ToArray());
        command.Parameters.AddWithValue("reasons", _reasons.ToArray());
        command.Parameters.AddWithValue("codes", _codes.ToArray());
        command.Parameters.AddWithValue("times", _times.ToArray());
        if (withChunks)
        {
            command.Parameters.AddWithValue("chunks", _chunks.ToArray());
            command.Parameters.AddWithValue("delays", _delays.ToArray());
        }
    }

    public void FillDoubts(NpgsqlBatchCommand command)
    {
        AddKeys(command);
        command.Parameters.AddWithValue("evidence", _reasons.Select(r => r ?? "no readable reply after the terminator").ToArray());
    }

    private void AddKeys(NpgsqlBatchCommand command)
    {
        command.Parameters.AddWithValue("mailings", _mailings.ToArray());
        command.Parameters.AddWithValue("ordinals", _ordinals.ToArray());
        command.Parameters.AddWithValue("attempts", _attempts.ToArray());
    }
}
