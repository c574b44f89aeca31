using System.Buffers.Binary;
using System.Text;

namespace PerfGate.Tests.Telemetry;

/// <summary>A protobuf message, read by the numbers of its fields.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Field, ulong Number, byte[] Bytes)> _fields = [];

    public ProtobufMessage(ReadOnlySpan<byte> wire)
    {
        while (wire.Length > 0)
        {
            var tag = ReadVarint(ref wire);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    _fields.Add((field, ReadVarint(ref wire), []));
                    break;
                case 1:
                    _fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(wire), []));
                    wire = wire[8..];
                    break;
                case 2:
                    var length = (int)ReadVarint(ref wire);
                    _fields.Add((field, 0, wire[..length].ToArray()));
                    wire = wire[length..];
                    break;
                case 5:
                    _fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(wire), []));
                    wire = wire[4..];
                    break;
                default:
                    throw new FormatException($"wire type {tag & 7}");
            }
        }
    }

    public bool Has(int field) => _fields.Any(one => one.Field == field);

    public IEnumerable<ProtobufMessage> Messages(int field) =>
        _fields.Where(one => one.Field == field).Select(one => new ProtobufMessage(one.Bytes));

    public ulong Number(int field) => _fields.FirstOrDefault(one => one.Field == field).Number;

    public double Double(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    public byte[] Bytes(int field) => _fields.FirstOrDefault(one => one.Field == field).Bytes ?? [];

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    /// <summary>Attributes: <c>KeyValue</c>s of one field, values as text.</summary>
    public Dictionary<string, string> Attributes(int field) =>
        Messages(field)
            .GroupBy(pair => pair.Text(1))
            .ToDictionary(pair => pair.Key, pair => AnyValue(pair.Last().Messages(2).FirstOrDefault()));

    public static string AnyValue(ProtobufMessage? value) =>
        value is null ? ""
        : value.Has(1) ? value.Text(1)
        : value.Has(4) ? FormattableString.Invariant($"{value.Double(4)}")
        : value.Has(3) ? FormattableString.Invariant($"{(long)value.Number(3)}")
        : value.Has(2) ? FormattableString.Invariant($"{value.Number(2) != 0}")
        : "";

    private static ulong ReadVarint(ref ReadOnlySpan<byte> wire)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = wire[0];
            wire = wire[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
