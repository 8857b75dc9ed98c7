using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine.Deduplication;

/// <summary>
/// Puts people into the control cell and the test cells by a keyed hash of campaign and person: a re-run, a longer list or another
/// order leaves everyone where they were. Shares are met on average, not to the head.
/// </summary>
public sealed class CellChooser
{
    private readonly RecipientKeys _keys;
    private readonly string _controlSalt;
    private readonly string _cellSalt;
    private readonly string _testSalt;
    private readonly double _tested;
    private readonly (string Cell, double UpTo)[] _cells;

    public CellChooser(RecipientKeys keys, CampaignDefinition campaign)
    {
        _keys = keys;
        _controlSalt = campaign.Name + "/control";
        _cellSalt = campaign.Name + "/cell";
        _testSalt = campaign.Name + "/test";
        _tested = (double)(campaign.Test?.Share.Fraction ?? 1);
        _cells = new (string, double)[campaign.Cells.Count];
        decimal upTo = 0;
        for (var i = 0; i < _cells.Length; i++)
        {
            upTo += campaign.Cells[i].Share.Fraction;
            _cells[i] = (campaign.Cells[i].Name, (double)upTo);
        }
    }

    /// <summary>In [0, 1): the person is in the control cell when this is below the holdout's fraction.</summary>
    public double ControlShare(string customerKey) => _keys.Share(_controlSalt, customerKey);

    /// <summary>The test cell of the person, or "remainder" where a test comes first; null for a campaign without cells.</summary>
    public string? Cell(string customerKey)
    {
        if (_cells.Length == 0)
        {
            return null;
        }

        if (_tested < 1 && _keys.Share(_testSalt, customerKey) >= _tested)
        {
            return TestDefinition.Remainder;
        }

        var share = _keys.Share(_cellSalt, customerKey);
        foreach ((var cell, var upTo) in _cells)
        {
            if (share < upTo)
            {
                return cell;
            }
        }
        return _cells[^1].Cell;
    }
}
