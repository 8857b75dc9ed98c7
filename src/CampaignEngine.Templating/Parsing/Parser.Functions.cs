using CampaignEngine.Templating.Syntax;

namespace CampaignEngine.Templating.Parsing;

/// <summary>Function declarations: <c>func</c>, <c>do</c> and <c>f(x) = ...</c>.</summary>
internal sealed partial class Parser
{
    /// <summary>Parameters and body after the name of <c>func</c> or after <c>do</c>.</summary>
    private FunctionNode ParseFunctionRest(int start, string? name, bool anonymous)
    {
        var level = _level;
        _level = 0;
        var parameters = Current.Kind == TokenKind.OpenParen ? ParseParameters() : null;
        EndHead();
        var body = ParseBlock(BlockKind.Other, out _, endsStatement: !anonymous);
        _level = level;
        return new FunctionNode(name, parameters, body, _source) { Start = start, End = Previous.End };
    }

    private List<Parameter> ParseParameters()
    {
        var parameters = new List<Parameter>();
        Next();
        while (Current.Kind != TokenKind.CloseParen)
        {
            if (parameters.Count > 0)
            {
                if (Current.Kind == TokenKind.Comma)
                {
                    Next();
                }
                else
                {
                    Fault("a comma is missing between the parameters of a function");
                }
            }

            if (Current.Kind is not (TokenKind.Identifier or TokenKind.SpecialIdentifier))
            {
                FatalAt(Current.Start, $"a parameter name or ) is needed instead of {Shown(Current)}");
            }

            ParseParameter(parameters);
        }

        Next();
        return parameters;
    }

    private void ParseParameter(List<Parameter> parameters)
    {
        var at = Current.Start;
        if (ParseVariable() is not VariableExpr { IsLocal: false } variable)
        {
            Fault(at, "a parameter of a function is a plain name");
            return;
        }

        var rest = parameters.Exists(p => p.IsRest);
        if (Current.Kind == TokenKind.Equal)
        {
            if (rest)
            {
                Fault(at, "an optional parameter cannot follow a ... parameter");
            }

            Next();
            var value = ExpectExpression(Parent.Other);
            if (value is not LiteralExpr literal)
            {
                Fault(at, "the default of an optional parameter is a literal");
                literal = new LiteralExpr(null);
            }

            parameters.Add(new Parameter(variable.Name, literal.Value, true, false));
        }
        else if (Current.Kind == TokenKind.TripleDot)
        {
            if (rest)
            {
                Fault(at, "a function has one ... parameter at most");
            }

            Next();
            parameters.Add(new Parameter(variable.Name, null, false, true));
        }
        else
        {
            if (parameters.Exists(p => p.HasDefault || p.IsRest))
            {
                Fault(at, "a required parameter cannot follow an optional one");
            }

            parameters.Add(new Parameter(variable.Name, null, false, false));
        }
    }

    /// <summary><c>f(x, y) = expression</c> when the call on the left reads as a declaration.</summary>
    private FunctionExpr? TryParseInlineFunction(Expr left)
    {
        if (left is not CallExpr { Explicit: true, Target: VariableExpr { IsLocal: false } name } call
            || !call.Arguments.TrueForAll(a => a is VariableExpr { IsLocal: false }))
        {
            return null;
        }

        Next();
        var level = _level;
        _level = 0;
        var value = OrNull(ExpectExpression(Parent.Other), Current.Start);
        _level = level;
        ExpectEndOfStatement();
        var body = new Block([new ReturnStatement(value) { Start = value.Start, End = value.End }]) { Start = value.Start, End = value.End };
        var parameters = call.Arguments.ConvertAll(a => new Parameter(((VariableExpr)a).Name, null, false, false));
        var function = new FunctionNode(name.Name, parameters, body, _source) { Start = left.Start, End = value.End };
        return new FunctionExpr(function) { Start = left.Start, End = value.End };
    }
}
