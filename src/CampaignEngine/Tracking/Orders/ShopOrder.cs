using System.Text.Json.Nodes;

namespace CampaignEngine.Tracking.Orders;

/// <summary>An order as a shop hands it in.</summary>
/// <param name="Line">Where it stands in the batch, from 1.</param>
/// <param name="Amount">Not negative for a sale, not positive for a return or cancellation.</param>
/// <param name="Currency">ISO 4217; null: the base currency.</param>
/// <param name="Customer">The number people know the customer by (the label of the model's people); null: not stated.</param>
/// <param name="Coupon">A code that many people have.</param>
/// <param name="Fields">Further columns of the model's order table.</param>
/// <param name="Hash">Of the line: the same number with another one is refused.</param>
public sealed record ShopOrder(
    int Line, string Number, DateTimeOffset At, string Kind, decimal Amount, string? Currency, string? Customer, string? Email, string? Phone, (int MailingId, int Ordinal)? Keycode, string? Coupon, JsonObject Fields, byte[] Hash);
