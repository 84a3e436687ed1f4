# pragma version 0.4.3
"""Contracts that do what a payer's, a thief's or an exchange's contract may do inside one transaction."""

interface Token:
    def transferFrom(owner: address, receiver: address, amount: uint256) -> bool: nonpayable

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256


@external
def shout(receiver: address, amount: uint256, times: uint256):
    """A token of our own that never was: a perfect Transfer without any money behind it."""
    for _: uint256 in range(times, bound=2000):
        log Transfer(sender=msg.sender, receiver=receiver, value=amount)


@external
def pay_two(token: address, first: address, second: address, amount: uint256):
    """Two real transfers in one transaction, with a foreign one between them."""
    extcall Token(token).transferFrom(msg.sender, first, amount)
    log Transfer(sender=msg.sender, receiver=first, value=amount)
    extcall Token(token).transferFrom(msg.sender, second, amount)


@external
def with_fee(receiver: address, amount: uint256):
    """A token that keeps a tenth: asked for `amount`, it says what arrived."""
    log Transfer(sender=msg.sender, receiver=self, value=amount // 10)
    log Transfer(sender=msg.sender, receiver=receiver, value=amount - amount // 10)


@external
def malformed(receiver: address):
    """Logs that begin like a Transfer: an NFT's with four topics, one with two words of data, one with a dirty address, one with none."""
    name: bytes32 = keccak256("Transfer(address,address,uint256)")
    to: bytes32 = convert(receiver, bytes32)
    raw_log([name, to, to, to], b"")
    raw_log([name, to, to], concat(to, to))
    raw_log([name, to, convert(convert(to, uint256) + 2**200, bytes32)], to)
    raw_log([name, to], to)


@external
@payable
def pass_on(receiver: address):
    """Coins that move inside a transaction to somebody else."""
    raw_call(receiver, b"", value=msg.value)


@external
@payable
def refuse():
    raise "no"
