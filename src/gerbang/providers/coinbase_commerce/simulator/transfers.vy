# pragma version 0.4.3
"""
The sandbox's `Transfers` contract of the Onchain Payment Protocol: the part by which a payer who approved the token pays a signed intent.
The tuple, the order of the checks, the errors and the log are those of Coinbase's contract; swaps, permits and native coins are left out.
It is put at an address by setting its code, so it has no constructor. transfers.json beside it holds the compiled bytecode; a test compiles
this file again and compares.
"""

from ethereum.ercs import IERC20

struct TransferIntent:
    recipientAmount: uint256
    deadline: uint256
    recipient: address
    recipientCurrency: address
    refundDestination: address
    feeAmount: uint256
    id: bytes16
    operator: address
    signature: Bytes[65]
    prefix: Bytes[64]

event Transferred:
    operator: indexed(address)
    id: bytes16
    recipient: address
    sender: address
    spentAmount: uint256
    spentCurrency: address

event OperatorRegistered:
    operator: address
    feeDestination: address

event OperatorUnregistered:
    operator: address

feeDestinations: HashMap[address, address]
processed: HashMap[address, HashMap[bytes16, bool]]


@external
def registerOperator():
    self.feeDestinations[msg.sender] = msg.sender
    log OperatorRegistered(operator=msg.sender, feeDestination=msg.sender)


@external
def unregisterOperator():
    self.feeDestinations[msg.sender] = empty(address)
    log OperatorUnregistered(operator=msg.sender)


@external
def transferTokenPreApproved(intent: TransferIntent):
    self._check(intent, msg.sender)
    needed: uint256 = intent.recipientAmount + intent.feeAmount
    token: IERC20 = IERC20(intent.recipientCurrency)
    balance: uint256 = staticcall token.balanceOf(msg.sender)
    if balance < needed:
        raw_revert(abi_encode(needed - balance, method_id=method_id("InsufficientBalance(uint256)")))
    allowance: uint256 = staticcall token.allowance(msg.sender, self)
    if allowance < needed:
        raw_revert(abi_encode(needed - allowance, method_id=method_id("InsufficientAllowance(uint256)")))
    if needed > 0:
        before: uint256 = staticcall token.balanceOf(self)
        extcall token.transferFrom(msg.sender, self, needed, default_return_value=True)
        if staticcall token.balanceOf(self) - before != needed:
            raw_revert(method_id("InexactTransfer()"))
    if intent.recipientAmount > 0:
        extcall token.transfer(intent.recipient, intent.recipientAmount, default_return_value=True)
    if intent.feeAmount > 0:
        extcall token.transfer(self.feeDestinations[intent.operator], intent.feeAmount, default_return_value=True)
    self.processed[intent.operator][intent.id] = True
    log Transferred(
        operator=intent.operator,
        id=intent.id,
        recipient=intent.recipient,
        sender=msg.sender,
        spentAmount=needed,
        spentCurrency=intent.recipientCurrency,
    )


@internal
@view
def _check(intent: TransferIntent, payer: address):
    hashed: bytes32 = keccak256(
        concat(
            convert(intent.recipientAmount, bytes32),
            convert(intent.deadline, bytes32),
            convert(intent.recipient, bytes20),
            convert(intent.recipientCurrency, bytes20),
            convert(intent.refundDestination, bytes20),
            convert(intent.feeAmount, bytes32),
            intent.id,
            convert(intent.operator, bytes20),
            convert(chain.id, bytes32),
            convert(payer, bytes20),
            convert(self, bytes20),
        )
    )
    digest: bytes32 = empty(bytes32)
    if len(intent.prefix) == 0:
        digest = keccak256(concat(b"\x19Ethereum Signed Message:\n32", hashed))
    else:
        digest = keccak256(concat(intent.prefix, hashed))
    if len(intent.signature) != 65 or self._signer(digest, intent.signature) != intent.operator:
        raw_revert(method_id("InvalidSignature()"))
    if intent.deadline < block.timestamp:
        raw_revert(method_id("ExpiredIntent()"))
    if intent.recipient == empty(address):
        raw_revert(method_id("NullRecipient()"))
    if self.processed[intent.operator][intent.id]:
        raw_revert(method_id("AlreadyProcessed()"))
    if self.feeDestinations[intent.operator] == empty(address):
        raw_revert(method_id("OperatorNotRegistered()"))


@internal
@pure
def _signer(digest: bytes32, signature: Bytes[65]) -> address:
    r: uint256 = convert(slice(signature, 0, 32), uint256)
    s: uint256 = convert(slice(signature, 32, 32), uint256)
    v: uint256 = convert(slice(signature, 64, 1), uint256)
    return ecrecover(digest, v, r, s)
