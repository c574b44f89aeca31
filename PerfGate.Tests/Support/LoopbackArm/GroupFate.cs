namespace PerfGate.Tests.Support.LoopbackArm;

/// <summary>What becomes of a group that is asked for.</summary>
public enum GroupFate
{
    /// <summary>Its container runs the real runner.</summary>
    Runs,

    /// <summary>Accepted, and pending for ever.</summary>
    NeverStarts,

    /// <summary>Refused at once: the region is full.</summary>
    RefusedForCapacity,

    /// <summary>Accepted, then failed by an event: the region is full.</summary>
    FailsForCapacity,

    /// <summary>Refused at once: the subscription's quota is used up.</summary>
    RefusedForQuota,

    /// <summary>Refused at once: the registry does not give the image.</summary>
    RefusedForImage,

    /// <summary>Accepted; the image is pulled in vain, again and again.</summary>
    PullFails,
}
