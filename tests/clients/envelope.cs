// Opens CMS envelopes as PowerShell's Unprotect-CmsMessage does: by EnvelopedCms of .NET. Arguments: a PFX file without a
// password, then files with envelopes in DER. Prints of each the types of its unprotected attributes, then its content.
using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;

static class Envelope
{
    static int Main(string[] files)
    {
        var keys = new X509Certificate2Collection(new X509Certificate2(files[0], ""));
        for (var i = 1; i < files.Length; i++)
        {
            var envelope = new EnvelopedCms();
            envelope.Decode(File.ReadAllBytes(files[i]));
            foreach (CryptographicAttributeObject attribute in envelope.UnprotectedAttributes)
                Console.WriteLine("attribute " + attribute.Oid.Value);
            envelope.Decrypt(keys);
            Console.WriteLine(Encoding.UTF8.GetString(envelope.ContentInfo.Content));
        }
        return 0;
    }
}
