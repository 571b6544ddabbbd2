using System.Numerics;

namespace Pallium.Numerics.Tests;

/// <summary>Numbers to multiply, between -½ and ½.</summary>
internal static class RandomFactors
{
    public static T[] Of<T>(int count, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Random random = new(seed);
        T[] numbers = new T[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = T.CreateChecked(random.NextDouble() - 0.5);
        }

        return numbers;
    }
}
