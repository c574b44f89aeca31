using System.Text.Json;
using System.Text.Json.Serialization;

namespace PerfGate.Demo;

internal sealed record LoginRequest(string? Email, string? Password);

internal sealed record LoginAnswer(string Token, int SupplierId);

internal sealed record Booking(int Id, string Couple, string Date, int Guests, string Status);

internal sealed record Enquiry(int Id, string Couple, string Email, int Guests);

internal sealed record SupplierStats(int Confirmed, int OpenBookings, int OpenEnquiries, double Rating);

internal sealed record Dashboard(int SupplierId, Booking[] Bookings, Enquiry[] Enquiries, SupplierStats Stats);

internal sealed record FormField(string Name, string Type, bool Required);

internal sealed record FormSchema(string Id, string Title, FormField[] Fields);

internal sealed record Submission(
    string? FirstName,
    string? LastName,
    string? Email,
    string? WeddingDate,
    int? Guests,
    string? Message
);

internal sealed record Receipt(string Id);

internal sealed record FieldProblems(Dictionary<string, string> Errors);

internal sealed record GalleryEntry(int Id, string Title, int Photos);

internal sealed record GalleryPage(int Page, int Pages, GalleryEntry[] Items);

internal sealed record Photo(int Id, string Caption);

internal sealed record Gallery(int Id, string Title, Photo[] Photos);

internal sealed record Notification(long Id, string Kind, string Text);

internal sealed record NotificationList(Notification[] Items);

[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginAnswer))]
[JsonSerializable(typeof(Dashboard))]
[JsonSerializable(typeof(FormSchema))]
[JsonSerializable(typeof(Submission))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(FieldProblems))]
[JsonSerializable(typeof(GalleryPage))]
[JsonSerializable(typeof(Gallery))]
[JsonSerializable(typeof(NotificationList))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(Knobs))]
[JsonSerializable(typeof(KnobChange))]
[JsonSerializable(typeof(string[]))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
internal sealed partial class DemoJson : JsonSerializerContext;
