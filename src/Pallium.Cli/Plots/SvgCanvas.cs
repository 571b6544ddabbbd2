using System.Globalization;
using System.Text;
using System.Xml;

namespace Pallium.Cli;

/// <summary>Draws an SVG picture: lines, areas, boxes and texts, in pixels from the upper left.</summary>
internal sealed class SvgCanvas : IDisposable
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private readonly XmlWriter _xml;

    /// <summary>Begins a picture on a light ground.</summary>
    public SvgCanvas(Stream stream, double width, double height, string title)
    {
        _xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false) });
        _xml.WriteStartElement("svg", Namespace);
        _xml.WriteAttributeString("viewBox", $"0 0 {Number(width)} {Number(height)}");
        Attribute("width", width);
        Attribute("height", height);
        _xml.WriteAttributeString("font-family", "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif");
        _xml.WriteElementString("title", Namespace, Clean(title));
        Box(0, 0, width, height, "#ffffff");
    }

    /// <summary>A filled box.</summary>
    public void Box(double x, double y, double width, double height, string fill, double opacity = 1)
    {
        _xml.WriteStartElement("rect", Namespace);
        Attribute("x", x);
        Attribute("y", y);
        Attribute("width", width);
        Attribute("height", height);
        Fill(fill, opacity);
        _xml.WriteEndElement();
    }

    /// <summary>A line through points; a gap where one is not finite.</summary>
    public void Line(IEnumerable<(double X, double Y)> points, string colour, double width, string? dashes = null)
    {
        var path = new StringBuilder();
        bool begun = false;
        foreach ((double x, double y) in points)
        {
            bool drawn = double.IsFinite(x) && double.IsFinite(y);
            if (drawn)
            {
                // A point between two gaps becomes a line to itself, which its round ends show.
                path.Append(begun ? "" : $"M{Number(x)} {Number(y)}").Append(CultureInfo.InvariantCulture, $"L{Number(x)} {Number(y)}");
            }

            begun = drawn;
        }

        if (path.Length == 0)
        {
            return;
        }

        _xml.WriteStartElement("path", Namespace);
        _xml.WriteAttributeString("d", path.ToString());
        _xml.WriteAttributeString("fill", "none");
        _xml.WriteAttributeString("stroke", colour);
        Attribute("stroke-width", width);
        _xml.WriteAttributeString("stroke-linejoin", "round");
        _xml.WriteAttributeString("stroke-linecap", "round");
        if (dashes != null)
        {
            _xml.WriteAttributeString("stroke-dasharray", dashes);
        }

        _xml.WriteEndElement();
    }

    /// <summary>A filled area.</summary>
    public void Area(IEnumerable<(double X, double Y)> outline, string fill, double opacity)
    {
        _xml.WriteStartElement("polygon", Namespace);
        _xml.WriteAttributeString("points", string.Join(' ', outline.Select(point => $"{Number(point.X)},{Number(point.Y)}")));
        Fill(fill, opacity);
        _xml.WriteEndElement();
    }

    /// <summary>A dot, open or filled.</summary>
    public void Dot(double x, double y, double radius, string fill, string stroke)
    {
        _xml.WriteStartElement("circle", Namespace);
        Attribute("cx", x);
        Attribute("cy", y);
        Attribute("r", radius);
        Fill(fill, 1);
        _xml.WriteAttributeString("stroke", stroke);
        _xml.WriteEndElement();
    }

    /// <summary>A text. <paramref name="anchor"/>: start, middle or end.</summary>
    public void Text(double x, double y, string text, double size, string colour, string anchor = "start", bool bold = false)
    {
        _xml.WriteStartElement("text", Namespace);
        Attribute("x", x);
        Attribute("y", y);
        Attribute("font-size", size);
        Fill(colour, 1);
        _xml.WriteAttributeString("text-anchor", anchor);
        if (bold)
        {
            _xml.WriteAttributeString("font-weight", "600");
        }

        _xml.WriteString(Clean(text));
        _xml.WriteEndElement();
    }

    /// <summary>Ends the picture.</summary>
    public void Dispose()
    {
        _xml.WriteEndElement();
        _xml.Dispose();
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A text without the characters that XML cannot hold.</summary>
    private static string Clean(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : ' '));

    private void Attribute(string name, double value) => _xml.WriteAttributeString(name, Number(value));

    private void Fill(string colour, double opacity)
    {
        _xml.WriteAttributeString("fill", colour);
        if (opacity < 1)
        {
            Attribute("fill-opacity", opacity);
        }
    }
}
