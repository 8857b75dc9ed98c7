namespace CampaignEngine.Templating.Checking;

/// <summary>
/// The variables and the facts about nulls at one point of a template, branched for each way through an if. Most ways set
/// nothing, so a branch shares the sets of its origin until one of them writes.
/// </summary>
internal sealed class CheckScope
{
    private Dictionary<string, Inferred> _variables = new(StringComparer.Ordinal);
    private HashSet<string> _present = new(StringComparer.Ordinal);
    private bool _variablesShared;
    private bool _presentShared;

    public CheckScope? Outer { get; init; }

    /// <summary>This way ended with ret, break or continue.</summary>
    public bool Ended { get; set; }

    public IEnumerable<string> Names => _variables.Keys.Concat(Outer?.Names ?? []);

    public bool TryGet(string name, out Inferred value)
    {
        value = default;
        return _variables.TryGetValue(name, out value) || (Outer is not null && Outer.TryGet(name, out value));
    }

    public void Set(string name, Inferred value)
    {
        OwnVariables()[name] = value;
        if (_present.Count > 0)
        {
            OwnPresent().RemoveWhere(path => path == name
                || (path.Length > name.Length && path[name.Length] is '.' or '[' && path.StartsWith(name, StringComparison.Ordinal)));
        }
    }

    public bool IsPresent(string path) => _present.Contains(path) || Outer?.IsPresent(path) == true;

    /// <summary>Everything that is known to be there, as one text: two walks with the same facts find the same.</summary>
    public string Facts => string.Join(' ', _present.Order(StringComparer.Ordinal)) + Outer?.Facts;

    /// <summary>A function or include has arguments of its own: what was known of the <c>$</c> names does not hold in it.</summary>
    public void ForgetLocals() => OwnPresent().RemoveWhere(path => path.StartsWith('$'));

    public void AddPresent(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (!_present.Contains(path))
            {
                OwnPresent().Add(path);
            }
        }
    }

    public CheckScope Branch()
    {
        _variablesShared = _presentShared = true;
        return new CheckScope { Outer = Outer, _variables = _variables, _present = _present, _variablesShared = true, _presentShared = true };
    }

    /// <summary>Takes over what holds after both of two ways; a way that ended does not count.</summary>
    public void Merge(CheckScope a, CheckScope b)
    {
        if (a.Ended && b.Ended)
        {
            Ended = true;
            return;
        }

        var (left, right) = a.Ended ? (b, b) : b.Ended ? (a, a) : (a, b);
        if (left._variables != right._variables || left._variables != _variables)
        {
            MergeVariables(left._variables, right._variables);
        }

        if (left._present != right._present || left._present != _present)
        {
            (_present, _presentShared) = (new HashSet<string>(left._present.Intersect(right._present), StringComparer.Ordinal), false);
        }
    }

    private void MergeVariables(Dictionary<string, Inferred> left, Dictionary<string, Inferred> right)
    {
        // Both ways may still share this scope's own set.
        var merged = new Dictionary<string, Inferred>(_variables, StringComparer.Ordinal);
        foreach (var name in left.Keys.Union(right.Keys))
        {
            var inLeft = left.TryGetValue(name, out var x);
            var inRight = right.TryGetValue(name, out var y);
            merged[name] = inLeft && inRight ? Inferred.Join(x, y) : (inLeft ? x : y) with { Nullable = true };
        }

        (_variables, _variablesShared) = (merged, false);
    }

    private Dictionary<string, Inferred> OwnVariables()
    {
        if (_variablesShared)
        {
            (_variables, _variablesShared) = (new Dictionary<string, Inferred>(_variables, StringComparer.Ordinal), false);
        }

        return _variables;
    }

    private HashSet<string> OwnPresent()
    {
        if (_presentShared)
        {
            (_present, _presentShared) = (new HashSet<string>(_present, StringComparer.Ordinal), false);
        }

        return _present;
    }
}
