using System.Globalization;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Reporting;

/// <summary>
/// A deterministic campaign with everything a report must survive: two drops of which one recurs, two cells, a control cell, seeds, doubts of every kind,
/// bounces, machines, late and unknown reactions, orders before, inside, between and after the windows. Kept in memory as well, for a recount by other means.
/// </summary>
internal sealed class GeneratedLedger
{
    public static readonly DateTimeOffset Start = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Window = TimeSpan.FromDays(14);
    private readonly Random _random = new(7);

    public List<Contact> Contacts { get; } = [];

    public List<Reaction> Reactions { get; } = [];

    public List<Order> Orders { get; } = [];

    /// <summary>Mailing id, drop, first contact, unit cost.</summary>
    public List<(int Mailing, string Drop, DateTimeOffset Due, decimal UnitCost)> Mailings { get; } = [];

    public List<string> Control { get; } = [];

    public static async Task<GeneratedLedger> CreateAsync(TestDatabase database, bool recurring)
    {
        var ledger = new GeneratedLedger();
        await database.ExecuteAsync("INSERT INTO crm.customers (customer_no) SELECT 'C' || n FROM generate_series(1, 400) n");
        var people = Enumerable.Range(1, 400).Select(n => new ArrangedPerson(
            $"{n}", $"p{n}@example.com", n % 2 == 0 ? "free-shipping" : "ten-percent", Control: n > 320)).ToList();
        ledger.Control.AddRange(people.Where(p => p.Control).Select(p => p.CustomerKey));
        await ledger.SendAsync(database.Source, "announce", people, 0, 0.05m);
        if (recurring)
        {
            await ledger.SendAsync(database.Source, "weekly", [.. people.Where(p => p.Control || int.Parse(p.CustomerKey, CultureInfo.InvariantCulture) % 3 > 0)], 5, 0.02m);
            await ledger.SendAsync(database.Source, "weekly", [.. people.Where(p => p.Control || int.Parse(p.CustomerKey, CultureInfo.InvariantCulture) % 4 > 0)], 12, 0.02m);
        }

        await ledger.OrderAsync(database.Source);
        return ledger;
    }

    private async Task SendAsync(NpgsqlDataSource source, string drop, List<ArrangedPerson> people, int day, decimal unitCost)
    {
        var due = Start.AddDays(day);
        people = [.. people, new ArrangedPerson("seed-1", "seed1@example.com", "free-shipping", Seed: true)];
        var mailing = await ArrangedMailing.FreezeAsync(source, people, drop: drop, dueAt: due, unitCost: unitCost, links: ["https://a.example/", "https://b.example/"]);
        Mailings.Add((mailing.MailingId, drop, due, unitCost));
        await using var batch = source.CreateBatch();
        foreach (var person in people.Where(p => !p.Control))
        {
            var ordinal = mailing.OrdinalOf(person.CustomerKey);
            // The first is always accepted at the due time, so that the start of the mailing is known.
            var fate = ordinal == 1 ? 0 : _random.Next(20);
            var at = ordinal == 1 ? due : due.AddSeconds(_random.Next(1, 7200));
            var contact = new Contact(mailing.MailingId, ordinal, drop, person.CustomerKey, person.Cell!, person.Seed, at, unitCost, fate switch { < 15 => Fate.Accepted, 15 => Fate.Rejected, 16 => Fate.Doubt, 17 => Fate.DoubtSent, 18 => Fate.DoubtNotSent, _ => Fate.Pending });
            Contacts.Add(contact);
            Write(batch, contact);
            if (contact.Fate is Fate.Accepted or Fate.Doubt or Fate.DoubtSent)
            {
                React(batch, contact);
            }
        }

        await batch.ExecuteNonQueryAsync();
    }

    private static void Write(NpgsqlBatch batch, Contact c)
    {
        switch (c.Fate)
        {
            case Fate.Accepted or Fate.Rejected:
                Add(batch, "INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) VALUES ($1, $2, 1, $3, $4)", c.Mailing, c.Ordinal, c.Fate == Fate.Accepted ? "accepted" : "rejected", c.At);
                break;
            case Fate.Doubt:
                Add(batch, "INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, since, evidence) VALUES ($1, $2, 1, $3, 'connection lost')", c.Mailing, c.Ordinal, c.At);
                break;
            case Fate.DoubtSent or Fate.DoubtNotSent:
                Add(batch, "INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, since, evidence, decision, decided_at, decided_by) VALUES ($1, $2, 1, $3, 'worker lost', $4, $3, 'op')",
                    c.Mailing, c.Ordinal, c.At, c.Fate == Fate.DoubtSent ? "sent" : "not_sent");
                break;
        }
    }

    private void React(NpgsqlBatch batch, Contact contact)
    {
        foreach (var kind in (string[])["open", "click", "click", "reply", "bounce", "unsubscribe", "complaint"])
        {
            if (_random.Next(kind is "open" or "click" ? 3 : 9) > 0)
            {
                continue;
            }

            var machine = kind is "open" or "click" && _random.Next(4) == 0;
            var at = contact.At.AddHours(_random.Next(1, 24 * 20));
            var recorded = at.AddHours(_random.Next(5) == 0 ? 24 * 6 : 0);
            Reactions.Add(new Reaction(contact.Mailing, contact.Ordinal, kind, machine, at, recorded));
            Add(batch,
                "INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, recorded_at, machine, machine_reason, event_key) VALUES ($1, $2, $3, CASE WHEN $3 = 'click' THEN 1 END, $4, $5, $6, CASE WHEN $6 THEN 'test' END, $7)",
                contact.Mailing, contact.Ordinal, kind, at, recorded, machine, $"e{Reactions.Count}");
        }
    }

    private async Task OrderAsync(NpgsqlDataSource source)
    {
        await using var batch = source.CreateBatch();
        for (var n = 1; n <= 900; n++)
        {
            var order = new Order(n, $"{_random.Next(1, 401)}", Start.AddMinutes(_random.Next(-5 * 1440, 35 * 1440)), _random.Next(100, 20_000) / 100m, _random.Next(3) == 0 ? "coffee" : "tea");
            Orders.Add(order);
            Add(batch, "INSERT INTO crm.orders (order_id, order_no, customer_id, ordered_at, amount, category) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6)",
                (long)n, $"O{n}", long.Parse(order.Customer, CultureInfo.InvariantCulture), order.At, order.Amount, order.Category);
        }

        await batch.ExecuteNonQueryAsync();
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value is DateTimeOffset time ? time.ToUniversalTime() : value });
        }

        batch.BatchCommands.Add(command);
    }
}

internal enum Fate
{
    Accepted,
    Rejected,
    Doubt,
    DoubtSent,
    DoubtNotSent,
    Pending,
}

internal sealed record Contact(int Mailing, int Ordinal, string Drop, string Customer, string Cell, bool Seed, DateTimeOffset At, decimal UnitCost, Fate Fate);

internal sealed record Reaction(int Mailing, int Ordinal, string Kind, bool Machine, DateTimeOffset At, DateTimeOffset Recorded);

internal sealed record Order(int Id, string Customer, DateTimeOffset At, decimal Amount, string Category);
