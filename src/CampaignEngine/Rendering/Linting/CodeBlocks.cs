using CampaignEngine.Rendering.Markup;

namespace CampaignEngine.Rendering.Linting;

/// <summary>Follows the blocks of code through a page: which branch a place is in, and what is open in each branch.</summary>
internal sealed class CodeBlocks
{
    private readonly List<Block> _blocks = [];
    private int _count;

    /// <summary>Branches of one block leave different elements open, so that nothing certain can be said of what closes them.</summary>
    public bool Uneven { get; private set; }

    public Path Here => new([.. _blocks.Select(b => (b.Number, b.Branch))], _blocks.Exists(b => b.Loop));

    /// <param name="open">The open elements; put back to what they were for every further branch of a block.</param>
    public void Read(ReadOnlySpan<char> code, List<HtmlToken> open)
    {
        switch (CodeKinds.BlockOf(code))
        {
            case CodeKind.Open:
                _blocks.Add(new Block(_count++, CodeKinds.IsLoop(code), [.. open]));
                break;
            case CodeKind.Branch when _blocks.Count > 0:
                var block = _blocks[^1];
                block.Compare(open, this);
                open.Clear();
                open.AddRange(block.Before);
                block.Branch++;
                break;
            case CodeKind.Close when _blocks.Count > 0:
                _blocks[^1].Compare(open, this);
                _blocks.RemoveAt(_blocks.Count - 1);
                break;
        }
    }

    /// <param name="Steps">Block and branch, from the outside in.</param>
    internal sealed record Path(IReadOnlyList<(int Block, int Branch)> Steps, bool InLoop)
    {
        /// <summary>No message has both places.</summary>
        public bool Excludes(Path other) => Steps.Any(s => other.Steps.Any(o => o.Block == s.Block && o.Branch != s.Branch));
    }

    private sealed class Block(int number, bool loop, List<HtmlToken> before)
    {
        private int? _depth;

        public int Number => number;

        public bool Loop => loop;

        public List<HtmlToken> Before => before;

        public int Branch { get; set; }

        public void Compare(List<HtmlToken> open, CodeBlocks blocks)
        {
            // The words before the first "when" of a case are no branch.
            if (Branch > 0 || open.Count != before.Count)
            {
                blocks.Uneven |= _depth is { } depth && depth != open.Count;
                _depth = open.Count;
            }
            else
            {
                _depth ??= open.Count;
            }
        }
    }
}
