using CampaignEngine.Templating.Evaluation;
using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Functions;

/// <summary>What an argument is turned into before a function gets it.</summary>
internal enum ArgumentKind
{
    Any,
    Text,
    Integer,
    Long,
    Double,
    Decimal,
    Number,
    Boolean,
    List,
    Date,
    Span,
    Function,
    Object,
}

internal sealed record FunctionParameter(string Name, ArgumentKind Kind, bool HasDefault = false, object? Default = null, Type? HostType = null);

/// <summary>How arguments beyond the named parameters are taken.</summary>
internal enum RestKind
{
    /// <summary>They are an error.</summary>
    None,

    /// <summary>They gather in a list in the last parameter.</summary>
    Last,

    /// <summary>They follow in the argument list; named ones become its members.</summary>
    Direct,
}

/// <summary>Something that can be called: built in, declared in a template, or given by the host.</summary>
internal abstract class Function
{
    public abstract string Name { get; }

    public abstract IReadOnlyList<FunctionParameter> Parameters { get; }

    public abstract RestKind Rest { get; }

    public abstract int Required { get; }

    public abstract object? Invoke(Interpreter run, Expr caller, ScriptList arguments, Block? wrapped);

    public FunctionParameter? Parameter(int index) =>
        Parameters.Count == 0 ? null : index < Parameters.Count ? Parameters[index] : Rest == RestKind.Last ? Parameters[^1] : null;

    public int IndexOf(string name)
    {
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>A function declared in a template.</summary>
internal sealed class TemplateFunction(FunctionNode node) : Function
{
    private readonly FunctionParameter[] _parameters =
        [.. (node.Parameters ?? []).Select(p => new FunctionParameter(p.Name, ArgumentKind.Any, p.HasDefault, p.Default))];

    public FunctionNode Node { get; } = node;

    public override string Name => Node.Name ?? "do";

    public override IReadOnlyList<FunctionParameter> Parameters => _parameters;

    public override RestKind Rest { get; } =
        node.Parameters is null ? RestKind.Direct : node.Parameters.Exists(p => p.IsRest) ? RestKind.Last : RestKind.None;

    public override int Required { get; } = node.Parameters?.Count(p => !p.HasDefault && !p.IsRest) ?? 0;

    public override object? Invoke(Interpreter run, Expr caller, ScriptList arguments, Block? wrapped) => run.Invoke(this, arguments, wrapped);

    /// <summary>The declaration as it is printed.</summary>
    public override string ToString() => FunctionText.Of(Node);
}
