using CampaignEngine.Dispatching;

namespace CampaignEngine.Tests.Dispatching.Exploration;

/// <summary>What the ledger says of an item's latest attempt.</summary>
internal enum Entry
{
    Never,
    Open,
    Doubt,
    Accepted,
    Rejected,
    Expired,

    /// <summary>Proved undelivered; the next attempt is due.</summary>
    Waiting,
}

/// <summary>How far a worker has come with an item, and so what its flight recorder says of it.</summary>
internal enum Hand
{
    None,
    Granted,
    Marked,

    /// <summary>The terminator is written; the relay has not decided.</summary>
    Wire,

    /// <summary>The relay has decided; its reply is on the way.</summary>
    Taken,
    Put,
    Refused,

    /// <summary>The worker knows, the ledger does not.</summary>
    KnowsAccepted,
    KnowsDeferred,
    KnowsRejected,
    KnowsNotAttempted,
    KnowsInDoubt,
}

internal enum Life
{
    Absent,
    Up,

    /// <summary>Killed; its recorder lies there.</summary>
    Dead,
}

/// <summary>One state of a small world: one chunk of a few people, two workers, a ledger, a relay. Packed into 128 bits to be remembered.</summary>
internal sealed class World(int people)
{
    public const int Workers = 2;
    public const int Nobody = Workers;

    public int People { get; } = people;

    // The ledger.
    public int[] Attempt { get; } = new int[people];

    public Entry[] Entries { get; } = new Entry[people];

    /// <summary>Worker that was granted the latest attempt.</summary>
    public int[] GrantedTo { get; } = new int[people];

    public int Cursor { get; set; }

    public int Owner { get; set; } = Nobody;

    // The relay: copies of each message it took responsibility for; two stand for any more.
    public int[] Copies { get; } = new int[people];

    // The workers.
    public Life[] Lives { get; } = new Life[Workers];

    public bool[] HasChunk { get; } = new bool[Workers];

    /// <summary>The chunk's epoch is still the one the worker took it in.</summary>
    public bool[] IsCurrent { get; } = new bool[Workers];

    public int[] Seen { get; } = new int[Workers];

    public bool[] Stopped { get; } = new bool[Workers];

    public bool[] RetriesTaken { get; } = new bool[Workers];

    public Hand[,] Hands { get; } = new Hand[Workers, people];

    public int[,] HandAttempt { get; } = new int[Workers, people];

    public int CrashesLeft { get; set; }

    public UInt128 Pack()
    {
        var bits = new Bits();
        for (var p = 0; p < People; p++)
        {
            bits.Put(Attempt[p], 2).Put((int)Entries[p], 3).Put(GrantedTo[p], 1).Put(Copies[p], 2);
        }

        bits.Put(Cursor, 2).Put(Owner, 2).Put(CrashesLeft, 3);
        for (var w = 0; w < Workers; w++)
        {
            bits.Put((int)Lives[w], 2).Put(HasChunk[w] ? 1 : 0, 1).Put(IsCurrent[w] ? 1 : 0, 1).Put(Seen[w], 2).Put(Stopped[w] ? 1 : 0, 1).Put(RetriesTaken[w] ? 1 : 0, 1);
            for (var p = 0; p < People; p++)
            {
                bits.Put((int)Hands[w, p], 4).Put(HandAttempt[w, p], 2);
            }
        }

        return bits.Value;
    }

    public void Unpack(UInt128 packed)
    {
        var bits = new Bits { Value = packed };
        for (var w = Workers - 1; w >= 0; w--)
        {
            for (var p = People - 1; p >= 0; p--)
            {
                HandAttempt[w, p] = bits.Take(2);
                Hands[w, p] = (Hand)bits.Take(4);
            }

            RetriesTaken[w] = bits.Take(1) == 1;
            Stopped[w] = bits.Take(1) == 1;
            Seen[w] = bits.Take(2);
            IsCurrent[w] = bits.Take(1) == 1;
            HasChunk[w] = bits.Take(1) == 1;
            Lives[w] = (Life)bits.Take(2);
        }

        CrashesLeft = bits.Take(3);
        Owner = bits.Take(2);
        Cursor = bits.Take(2);
        for (var p = People - 1; p >= 0; p--)
        {
            Copies[p] = bits.Take(2);
            GrantedTo[p] = bits.Take(1);
            Entries[p] = (Entry)bits.Take(3);
            Attempt[p] = bits.Take(2);
        }
    }

    public SendOutcome? Known(int worker, int person) => Hands[worker, person] switch
    {
        Hand.KnowsAccepted => SendOutcome.Accepted,
        Hand.KnowsDeferred => SendOutcome.Deferred,
        Hand.KnowsRejected => SendOutcome.Rejected,
        Hand.KnowsNotAttempted => SendOutcome.NotAttempted,
        Hand.KnowsInDoubt => SendOutcome.InDoubt,
        _ => null,
    };

    /// <summary>What must never be; null when all is well.</summary>
    public string? Fault()
    {
        for (var p = 0; p < People; p++)
        {
            if (Copies[p] > 1)
            {
                return "duplicate: a person has the message twice";
            }

            if (Copies[p] == 0 && Entries[p] == Entry.Accepted)
            {
                return "phantom: the ledger says accepted and nothing arrived";
            }

            if (Copies[p] > 0 && Entries[p] is Entry.Never or Entry.Waiting or Entry.Rejected or Entry.Expired)
            {
                return "unrecorded: a message arrived and the ledger knows that it did not";
            }
        }

        return null;
    }

    /// <summary>When nothing is left to do: is everybody accounted for?</summary>
    public string? FaultAtRest()
    {
        for (var p = 0; p < People; p++)
        {
            if (Entries[p] is Entry.Never or Entry.Open or Entry.Waiting)
            {
                return "lost: nobody works any more, and a person has neither an end nor a doubt";
            }
        }

        return Owner == Nobody ? null : "stuck: the chunk has an owner and nothing happens";
    }

    private sealed class Bits
    {
        public UInt128 Value { get; set; }

        public Bits Put(int value, int width)
        {
            Value = (Value << width) | (uint)value;
            return this;
        }

        public int Take(int width)
        {
            var value = (int)(Value & ((UInt128.One << width) - 1));
            Value >>= width;
            return value;
        }
    }
}
