using System.Text;

namespace CampaignEngine.Templating.Tests;

/// <summary>Writes templates over the shape of <see cref="CompiledTemplateTests"/>, of everything that the fast path does and some that it does not.</summary>
internal sealed class TemplateGenerator(Random random, bool html)
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _variables = [];
    private readonly Stack<string> _loops = new();
    private int _withs;
    private int _depth;

    public string Next()
    {
        Block(3);
        return _text.ToString();
    }

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private void Block(int depth)
    {
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            _depth = depth;
            Piece(depth);
        }
    }

    private string Open() => Pick("{{ ", "{{ ", "{{~ ", "{{- ");

    private string Close() => Pick(" }}", " }}", " ~}}", " -}}");

    private void Code(string code) => _text.Append(Open()).Append(code).Append(Close());

    private void Piece(int depth)
    {
        switch (random.Next(depth > 0 ? 13 : 6))
        {
            case 0:
                _text.Append(Pick("plain ", "\n", "\n   ", " two\nlines\n", "<b>bold</b>", "łódź "));
                break;
            case 1 or 2 or 3:
                Code(Scalar());
                break;
            case 4 when html:
                _text.Append(Pick("<a href=\"", "<a href=\"https://x.y/", "<a href=\"/p?q=", "<p title=\"", "<p title='")).Append("{{ ").Append(Scalar()).Append(" }}");
                _text.Append(_text.ToString().LastIndexOf("='", StringComparison.Ordinal) > _text.ToString().LastIndexOf("=\"", StringComparison.Ordinal) ? "'>" : "\">");
                break;
            case 4 or 5:
                Assign();
                break;
            case 6:
                Code("if " + Condition());
                Block(depth - 1);
                if (random.Next(2) == 0)
                {
                    Code("else");
                    Block(depth - 1);
                }

                Code("end");
                break;
            case 7:
                Code($"case {(random.Next(2) == 0 ? "customer.first_name" : "customer.id")}");
                _text.Append(Pick("", "\n  "));
                Code("when 5, 7");
                Block(depth - 1);
                Code("when 'Ann' || 'x'");
                Block(depth - 1);
                Code("else");
                Block(depth - 1);
                Code("end");
                break;
            case 8 or 9 when _loops.Count < 2:
                Loop(depth);
                break;
            case 10:
                _text.Append(Pick("", "\n  ")).Append("{{ ").Append(Include()).Append(" }}");
                break;
            case 11 when _withs == 0:
                var name = "c" + random.Next(3);
                Code("capture " + name);
                Block(depth - 1);
                Code("end");
                Code(name);
                break;
            case 12:
                With(depth);
                break;
            default:
                Code(Scalar());
                break;
        }
    }

    private string Include() => random.Next(8) switch
    {
        0 => $"include '{(_withs > 0 ? "row" : Pick("footer", "row"))}'",
        1 or 2 => $"include 'card' {Text(1)}{Pick("", $" {Number(1)}", $" {Condition()}", $" {Text(1)} {Date()}", " null 5")}{Pick("", $" note: {Text(1)}", $" note: {Number(1)}")}",
        3 => $"include 'box' {Text(1)} {Text(1)}",
        4 => Pick($"include 'pair' {Text(1)} {Number(1)}", $"include('pair', {Text(1)}, {Text(1)})", $"'pair' | include {Text(1)}"),
        5 => $"include 'order' {(_loops.Contains("o") ? Pick("o", "orders[0]") : Pick("orders[0]", "(orders | array.last)", $"orders[{Number(0)}]"))} more: {Text(1)}",
        6 => Pick("include 'orders' orders", "include 'firm' customer.company", "include 'firm' customer", $"include 'last' {Number(1)} {Text(0)}", "include 'loop' 1"),
        _ => $"include 'card' {Scalar()} {Scalar()}",
    };

    private void With(int depth)
    {
        var target = Pick("customer", "customer", "customer.company", "orders[0]", "(orders | array.last)", _loops.Contains("o") ? "o" : "customer");
        Code("with " + target);
        _withs++;
        Code(Pick("offer", "brand", target switch
        {
            "customer" => Pick("last_name", "first_name ?? 'x'", "id", "company?.name", "url"),
            "customer.company" => Pick("name", "size"),
            _ => Pick("number", "amount", "lines.size", "at | date.to_string '%F'"),
        }));
        Block(depth - 1);
        _withs--;
        Code("end");
    }

    private void Loop(int depth)
    {
        var inOrders = _loops.Contains("o");
        var (name, list) = inOrders && !_loops.Contains("l") ? ("l", "o.lines") : _loops.Contains("t") || random.Next(2) == 0 ? ("o", "orders") : ("t", "tags");
        if (_loops.Contains(name))
        {
            return;
        }

        if (random.Next(8) == 0 && !_loops.Contains("w"))
        {
            Code($"for w in {Pick("['a', 'b<']", "[customer.last_name, offer, 'z']", "['x']")}");
            _loops.Push("w");
            Code(Pick("w", "for.index", "w + for.length"));
            Block(depth - 1);
            Code("if " + Condition());
            Code(Pick("break", "continue"));
            Code("end");
            _loops.Pop();
            Code("end");
            return;
        }

        if (random.Next(5) == 0)
        {
            (name, list) = ("i", Pick("1..3", "3..1", "1..<1", "0..<4"));
        }

        Code($"for {name} in {list}" + (name == "i" ? "" : Pick("", "", " limit:2", " offset:1", " reversed")));
        _loops.Push(name);
        Block(depth - 1);
        if (random.Next(4) == 0)
        {
            Code("if " + Condition());
            Code(Pick("break", "continue"));
            Code("end");
        }

        _loops.Pop();
        if (random.Next(3) == 0)
        {
            Code("else");
            _text.Append("nothing");
        }

        Code("end");
    }

    private void Assign()
    {
        if (_withs > 0 && random.Next(20) > 0)
        {
            // A name set inside a with is a member of its object, which only the interpreter does.
            Code(Scalar());
            return;
        }

        if (_depth == 3 && random.Next(4) == 0)
        {
            Code("r0 = " + Pick("orders[0]", "(orders | array.last)", "orders[1]"));
            Code("l0 = " + Pick("orders", "r0?.lines ?? 1", "customer.company; l1 = tags; l1.size"));
            _variables.Add("r0");
        }

        var kind = random.Next(3);
        var name = Pick("n", "t", "b")[..1];
        name = kind switch { 0 => "n" + random.Next(2), 1 => "t" + random.Next(2), _ => "b" + random.Next(2) };
        var value = kind switch { 0 => Number(2), 1 => Text(2), _ => Condition() };
        Code($"{name} = {value}");
        _variables.Add(name);
    }

    private string Scalar() => random.Next(6) switch
    {
        0 or 1 => Text(2),
        2 => Number(2),
        3 => Date() + Pick("", " | date.to_string '%F %T %a %b'", " | date.to_string '%d %B %Y' 'fr-FR'", " | date.add_days 3 | date.to_string '%Y%m%d %j %Z'"),
        4 => Condition(),
        _ => $"$'[{{{Text(1)}}}/{{{Number(1)}}}]'",
    };

    private string Variable(string prefix, string otherwise)
    {
        var known = _variables.Where(v => v.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        return known.Length == 0 ? otherwise : known[random.Next(known.Length)];
    }

    private string TextAtom()
    {
        var choices = new List<string> { "customer.last_name", "customer.first_name", "customer.company?.name", "customer.company.name", "offer", "'lit & <x>'", "brand", "customer.url", Variable("t", "'v'") };
        choices.AddRange(_loops.Contains("o") ? ["o.number"] : []);
        choices.AddRange(_loops.Contains("l") ? ["l.name"] : []);
        choices.AddRange(_loops.Contains("t") ? ["t"] : []);
        choices.AddRange(_loops.Contains("w") ? ["w"] : []);
        choices.AddRange(_variables.Contains("r0") ? ["(r0 ? r0.number : 'no')", "r0?.number", "r0.number"] : []);
        choices.AddRange(["tags[0]", "orders[0].number", "orders[-1].number", "orders[0]?.number", "(orders | array.first)?.number", "customer['last_name']", "orders[1]?.lines[0]?.name", "(orders | array.map 'number' | array.join ', ')", "(tags | array.join '+')"]);
        return choices[random.Next(choices.Count)];
    }

    private string Text(int depth) => depth == 0 ? TextAtom() : random.Next(12) switch
    {
        0 => $"({Text(depth - 1)} ?? 'none')",
        1 => $"({TextAtom()} | string.{Pick("upcase", "downcase", "strip", "lstrip", "rstrip", "capitalize", "capitalizewords", "handleize")})",
        2 => $"({TextAtom()} | string.truncate {Pick("", "length: ")}{random.Next(1, 12)})",
        3 => $"('x' + {Text(depth - 1)})",
        4 => $"({Condition()} ? {Text(depth - 1)} : {TextAtom()})",
        5 => $"({TextAtom()} | object.default 'dflt')",
        6 => $"({Number(1)} | math.format '{Pick("N2", "0.0", "F1", "C")}')",
        7 => Pick($"({TextAtom()} | shout)", $"({TextAtom()} | tag)", $"(tag {TextAtom()} at: {Date()} loud: {Condition()})", $"(money {NumberAtom()} currency: {Text(depth - 1)})", $"({Text(depth - 1)} | tag true)"),
        8 => $"({TextAtom()} | string.{Pick("append 'z'", "prepend 'z'", "replace 'a' 'b'", "slice 1")})",
        9 => $"('n' + {Number(1)})",
        _ => TextAtom(),
    };

    private string NumberAtom()
    {
        var choices = new List<string> { "customer.id", "orders[0]?.amount", "customer.balance", "7", "2.5", "0.10m", "orders.size", "customer.company?.size", "(customer.last_name | string.size)", Variable("n", "3") };
        choices.AddRange(_loops.Contains("o") ? ["o.amount", "for.index", "for.rindex"] : []);
        choices.AddRange(_loops.Contains("l") ? ["l.price"] : []);
        choices.AddRange(_loops.Contains("i") ? ["i", "for.length"] : []);
        return choices[random.Next(choices.Count)];
    }

    private string Number(int depth) => depth == 0 ? NumberAtom() : random.Next(8) switch
    {
        0 => $"({NumberAtom()} {Pick("+", "-", "*", "/", "//", "%")} {Number(depth - 1)})",
        1 => $"({NumberAtom()} | math.{Pick("round", "round 1", "floor", "ceil", "abs", "plus 1", "times 2.5", "divided_by 2")})",
        2 => $"({NumberAtom()} ?? 0)",
        3 => $"({Condition()} ? {Number(depth - 1)} : {NumberAtom()})",
        4 => $"(-({NumberAtom()}))",
        _ => NumberAtom(),
    };

    private string Date() => _loops.Contains("o") ? Pick("o.at", "customer.joined") : Pick("customer.joined", "customer.born");

    private string Condition() => random.Next(10) switch
    {
        0 => "customer.vip",
        1 => $"{Number(1)} {Pick("==", "!=", "<", "<=", ">", ">=")} {Number(1)}",
        2 => $"{TextAtom()} {Pick("==", "!=", "<", ">=")} {TextAtom()}",
        3 => $"({TextAtom()} {Pick("==", "!=")} null)",
        4 => $"(!({Condition()}))",
        5 => $"(({Condition()}) {Pick("&&", "||")} ({Condition()}))",
        6 => $"({TextAtom()} | string.{Pick("contains 'n'", "starts_with 'A'", "ends_with ' '", "empty", "whitespace")})",
        7 => Pick("(tags | array.contains 'two')", "(tags | array.contains offer)", $"(['Ann', 'x'] | array.contains {TextAtom()})", "(orders[0].paid)", "orders.empty?", "tags == empty", "orders.size > 1", _variables.Contains("r0") ? "r0" : "true"),
        8 => TextAtom(),
        _ => $"(customer.joined {Pick("<", ">", "==")} {Date()})",
    };
}
