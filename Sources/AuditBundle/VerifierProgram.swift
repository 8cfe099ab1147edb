/// The text of `verify.py`, the verifier that a bundle brings along.
package let verifierProgram: [UInt8] = PackageResources.verify_py
