namespace CampaignEngine.Templating.Checking;

/// <summary>The variables and the facts about nulls at one point of a template; copied for each way through a branch.</summary>
internal sealed class CheckScope
{
    private readonly Dictionary<string, Inferred> _variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);

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
        _variables[name] = value;
        _present.RemoveWhere(path => path == name || path.StartsWith(name + ".", StringComparison.Ordinal) || path.StartsWith(name + "[", StringComparison.Ordinal));
    }

    public bool IsPresent(string path) => _present.Contains(path) || Outer?.IsPresent(path) == true;

    /// <summary>Everything that is known to be there, as one text: two walks with the same facts find the same.</summary>
    public string Facts => string.Join(' ', _present.Order(StringComparer.Ordinal)) + Outer?.Facts;

    /// <summary>A function or include has arguments of its own: what was known of the <c>$</c> names does not hold in it.</summary>
    public void ForgetLocals() => _present.RemoveWhere(path => path.StartsWith('$'));

    public void AddPresent(IEnumerable<string> paths) => _present.UnionWith(paths);

    public CheckScope Branch()
    {
        var copy = new CheckScope { Outer = Outer };
        foreach (var (name, value) in _variables)
        {
            copy._variables[name] = value;
        }

        copy._present.UnionWith(_present);
        return copy;
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
        foreach (var name in left._variables.Keys.Union(right._variables.Keys).ToArray())
        {
            var inLeft = left._variables.TryGetValue(name, out var x);
            var inRight = right._variables.TryGetValue(name, out var y);
            _variables[name] = inLeft && inRight ? Inferred.Join(x, y) : (inLeft ? x : y) with { Nullable = true };
        }

        _present.Clear();
        _present.UnionWith(left._present.Intersect(right._present));
    }
}
