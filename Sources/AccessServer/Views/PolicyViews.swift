import AccessAPI
import AccessCore

extension ExplanationView {
  init(_ explanation: Explanation) {
    self.init(
      entitlement: explanation.rule.text, maxDuration: explanation.maxDuration.description,
      objections: explanation.objections, needs: explanation.needs.map(NeedView.init),
      spared: explanation.spared, stopped: explanation.stop?.words)
  }
}
